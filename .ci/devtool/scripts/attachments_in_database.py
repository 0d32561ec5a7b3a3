# Run in an Odoo shell: keep attachments in the database, so that a copy of it, its dump
# or its renaming takes them along and no folder beside it has to follow.
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
