"""The pages about what is known of people: the notice, one's own data, what should be corrected."""

from server.web.pages.privacy import corrections, known, notice

ROUTES = (*notice.ROUTES, *known.ROUTES, *corrections.ROUTES)
