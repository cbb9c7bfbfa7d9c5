"""The key that signs sessions and tokens: from the environment, or made here while you develop."""

import contextlib
import errno
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
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        # A read-only folder: this key lives as long as the process.
        return secrets.token_urlsafe(50)
    return path.read_text()


def make(path):
    """Write a new key to `path`, whole or not at all; of two processes that start at once, one makes it."""
    key = secrets.token_urlsafe(50)
    draft, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key_")
    with os.fdopen(draft, "w") as file:
        file.write(key)
    # The draft is closed by now: Windows neither links nor removes a file that is open.
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    except OSError:
        # exFAT and some network drives have no hard links. Whole or not at all is then only very nearly so.
        with contextlib.suppress(FileExistsError):
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(key)
    finally:
        os.unlink(name)
