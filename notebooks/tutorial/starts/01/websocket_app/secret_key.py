"""The key that signs sessions and tokens: from the environment, or made here while you develop."""

import os
import secrets
import tempfile

from django.core.exceptions import ImproperlyConfigured


def secret_key(folder, debug):
    """Return DJANGO_SECRET_KEY or, only with DEBUG on, a key kept in `folder`, which git ignores.

    Raises ImproperlyConfigured with DEBUG off and nothing set.
    """
    key = os.environ.get("DJANGO_SECRET_KEY")
    if key:
        return key
    if not debug:
        raise ImproperlyConfigured(
            "DEBUG is off and there is no secret key. Set DJANGO_SECRET_KEY to a long random text of your own, "
            'for example what this prints: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    path = folder / ".secret_key"
    try:
        if not path.exists():
            make(path)
        return path.read_text()
    except OSError:
        # A read-only folder: this key lives as long as the process.
        return secrets.token_urlsafe(50)


def make(path):
    """Write a new key to `path`, whole or not at all; of two processes that start at once, one makes it."""
    draft, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key_")
    with os.fdopen(draft, "w") as file:
        file.write(secrets.token_urlsafe(50))
    # The draft is closed by now: Windows neither links nor removes a file that is open.
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
