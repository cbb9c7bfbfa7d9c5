#!/usr/bin/env python
"""Django's command-line utility for administrative tasks."""
import os
import sys


def main():
    """Run administrative tasks."""
    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'websocket_app.settings')
    # The course: packages where they are missing, and its own commands lab, test and rehearse.
    # It is loaded by its path: with notebooks/ on sys.path, a notebooks/random.py would hide the standard library's.
    helper = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'notebooks', 'tutorial')
    if os.path.isdir(helper):
        from importlib.util import module_from_spec, spec_from_file_location
        spec = spec_from_file_location('tutorial', os.path.join(helper, '__init__.py'))
        sys.modules['tutorial'] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules['tutorial'])
        from tutorial.commands import run
        run(sys.argv)
    # The course ends here. Without notebooks/tutorial the rest is all there is.
    try:
        from django.core.management import execute_from_command_line
    except ImportError as exc:
        raise ImportError(
            "Couldn't import Django. Are you sure it's installed and "
            "available on your PYTHONPATH environment variable? Did you "
            "forget to activate a virtual environment?"
        ) from exc
    execute_from_command_line(sys.argv)


if __name__ == '__main__':
    main()
