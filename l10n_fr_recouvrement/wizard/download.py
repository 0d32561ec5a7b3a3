from werkzeug.urls import url_encode


def download_file(wizard):
    """Action that downloads the ``file`` of a wizard under its ``file_name``."""
    query = url_encode(
        {
            "model": wizard._name,
            "id": wizard.id,
            "field": "file",
            "filename_field": "file_name",
            "download": "true",
        }
    )
    return {
        "type": "ir.actions.act_url",
        "url": f"/web/content?{query}",
        "target": "download",
    }
