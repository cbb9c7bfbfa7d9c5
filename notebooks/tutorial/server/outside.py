"""How an address looks from outside. Only this module knows where the course runs.

On a JupyterHub a browser reaches a port of the kernel's machine below the address of its user's own server, by
jupyter-server-proxy. That is read from what the hub sets in the environment, never from a header, which anybody can
send.
"""

import os
from urllib.parse import urlsplit

PREFIX = "JUPYTERHUB_SERVICE_PREFIX"  # such as /user/ada/
PUBLIC = "JUPYTERHUB_PUBLIC_URL"  # of this user's server; set where the hub knows its own public address


def page(port: int) -> str:
    """Return what a browser opens to see the server on a port: an address, or on a hub a path."""
    prefix = os.environ.get(PREFIX)
    return f"{prefix}proxy/{port}/" if prefix else f"http://localhost:{port}/"


def settings() -> dict[str, str]:
    """Return the variables by which websocket_app/settings.py accepts what comes by a hub; none without one.

    A hub logs its users in before anything reaches a port. Where it does not know its public address, any host may
    come, and pages that came by TLS are not recognised as the server's own.
    """
    if PREFIX not in os.environ:
        return {}
    public = urlsplit(os.environ.get(PUBLIC, ""))
    if not public.hostname:
        return {"DJANGO_ALLOWED_HOSTS": "*"}
    hosts = f"{public.hostname} localhost 127.0.0.1 [::1]"
    return {"DJANGO_ALLOWED_HOSTS": hosts, "DJANGO_TRUSTED_ORIGINS": f"{public.scheme}://{public.netloc}"}
