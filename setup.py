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
MATURITY = MANIFEST["development_status"]
PACKAGE = f"odoo.addons.{ADDON}"
README = HERE / ADDON / "README.rst"
STATUS = {"Alpha": 3, "Beta": 4, "Production/Stable": 5, "Mature": 6}

setup(
    name=f"odoo-addon-{ADDON}",
    version=MANIFEST["version"],
    description=MANIFEST["summary"],
    long_description=README.read_text("utf-8"),
    long_description_content_type="text/x-rst",
    author=MANIFEST["author"],
    license=MANIFEST["license"],
    classifiers=[
        f"Development Status :: {STATUS[MATURITY]} - {MATURITY}",
        "Framework :: Odoo",
        f"Framework :: Odoo :: {SERIES}",
        "Intended Audience :: Financial and Insurance Industry",
        "Natural Language :: English",
        "Natural Language :: French",
        "Programming Language :: Python",
        "Topic :: Office/Business :: Financial :: Accounting",
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
