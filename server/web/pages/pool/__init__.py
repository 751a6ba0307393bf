"""The pages of the pool: cars, their boxes and times out of service, sites, equipment, groups."""

from server.web.pages.pool import cars, equipment, groups, leaving, service, sites

ROUTES = (
    *cars.ROUTES,
    *leaving.ROUTES,
    *service.ROUTES,
    *sites.ROUTES,
    *equipment.ROUTES,
    *groups.ROUTES,
)
