"""The pages of people and directorates; each file ends with its routes."""

from server.web.pages.people import directorates, leaving, persons, rights

ROUTES = (*persons.ROUTES, *rights.ROUTES, *leaving.ROUTES, *directorates.ROUTES)
"""In this order: /agents/nouveau is no person's page."""
