"""The course's own commands behind `manage.py`: lab, test and rehearse. Django's own pass through."""
