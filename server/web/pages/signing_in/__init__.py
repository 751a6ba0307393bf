"""The pages of signing in beyond login and password: links, the second step, mails."""

from server.web.pages.signing_in import links, outbox, second_factor, second_step

ROUTES = (*links.ROUTES, *second_step.ROUTES, *second_factor.ROUTES, *outbox.ROUTES)
