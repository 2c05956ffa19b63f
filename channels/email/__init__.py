"""Messages as e-mail, handed to a mail server."""
