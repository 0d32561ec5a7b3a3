"""Build the distribution of the addon, laid out as the OCA's are.

The addon becomes ``odoo/addons/l10n_fr_recouvrement`` in a PEP 420 namespace (no
``odoo/__init__.py``), where an installed Odoo finds it without any addons path.
"""

import ast
from pathlib import Path

from setuptools import find_packages, setup

ADDON = "l10n_fr_recouvrement"
HERE = Path(__file__).parent
MANIFEST = ast.literal_eval((HERE / ADDON / "__manifest__.py").read_text("utf-8"))
SERIES = ".".join(MANIFEST["version"].split(".")[:2])
PACKAGE = f"odoo.addons.{ADDON}"
README = HERE / "README.md"

setup(
    name=f"odoo-addon-{ADDON}",
    version=MANIFEST["version"],
    description=MANIFEST["summary"],
    long_description=README.read_text("utf-8") if README.exists() else "",
    long_description_content_type="text/markdown",
    author=MANIFEST["author"],
    license=MANIFEST["license"],
    classifiers=[
        "Programming Language :: Python",
        "Framework :: Odoo",
        f"Framework :: Odoo :: {SERIES}",
    ],
    python_requires=">=3.10",
    install_requires=[
        f"odoo=={SERIES}.*",
        *MANIFEST["external_dependencies"]["python"],
    ],
    packages=[PACKAGE, *(f"{PACKAGE}.{name}" for name in find_packages(ADDON))],
    package_dir={PACKAGE: ADDON},
    package_data={PACKAGE: ["**/*"]},
    exclude_package_data={"": ["**/__pycache__/*", "*.pyc"]},
    zip_safe=False,
)
