"""How an address looks from outside. Only this module knows where the course runs.

On a JupyterHub a browser reaches a port of the kernel's machine below the address of its user's own server, by
jupyter-server-proxy; in a codespace, each port has a host name of its own. Both are read from what the place itself
sets in the environment, never from a header, which anybody can send.
"""

import os
from urllib.parse import urlsplit

PREFIX = "JUPYTERHUB_SERVICE_PREFIX"  # such as /user/ada/
HUB = (PREFIX, "JUPYTERHUB_API_URL")  # one of them alone is no hub
PUBLIC = "JUPYTERHUB_PUBLIC_URL"  # of this user's server; set where the hub knows its own public address
SPACE, DOMAIN = "CODESPACE_NAME", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN"
LOOPBACK = "localhost 127.0.0.1 [::1]"


def on_a_hub() -> bool:
    return all(name in os.environ for name in HUB)


def page(port: int) -> str:
    """Return what a browser opens to see the server on a port: an address, or on a hub a path."""
    if on_a_hub():
        return f"{os.environ[PREFIX]}proxy/{port}/"
    if SPACE in os.environ:
        return f"https://{os.environ[SPACE]}-{port}.{os.environ.get(DOMAIN, 'app.github.dev')}/"
    return f"http://localhost:{port}/"


def settings(port: int) -> dict[str, str]:
    """Return the variables by which websocket_app/settings.py accepts what comes from outside; none at home.

    A hub, and a codespace, logs its users in before anything reaches a port. Where a hub does not know its public
    address, any host may come, and pages that came by TLS are not recognised as the server's own.
    """
    if on_a_hub():
        public = urlsplit(os.environ.get(PUBLIC, ""))
        if not public.hostname:
            return {"DJANGO_ALLOWED_HOSTS": "*"}
        origins = f"{public.scheme}://{public.netloc}"
    elif SPACE in os.environ:
        public = urlsplit(page(port))
        # Its proxy may write localhost in place of the public name, in Host and in Origin.
        origins = f"https://{public.netloc} http://localhost:{port} https://localhost:{port}"
    else:
        return {}
    return {"DJANGO_ALLOWED_HOSTS": f"{public.hostname} {LOOPBACK}", "DJANGO_TRUSTED_ORIGINS": origins}
