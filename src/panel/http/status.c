#include "config.h"

#include "panel/http/status.h"

#include <stddef.h>

static const struct {
	int status;
	const char *title;
} titles[] = {
	{ 400, "Bad request" },
	{ 401, "Not signed in" },
	{ 403, "Not allowed" },
	{ 404, "Not found" },
	{ 405, "Method not allowed" },
	{ 406, "Not acceptable" },
	{ 409, "Conflict" },
	{ 412, "Changed meanwhile" },
	{ 413, "Content too large" },
	{ 414, "Address too long" },
	{ 415, "Unsupported media type" },
	{ 417, "Expectation failed" },
	{ 422, "Invalid content" },
	{ 423, "Locked" },
	{ 428, "Precondition required" },
	{ 429, "Too many requests" },
	{ 431, "Headers too large" },
	{ 501, "Not implemented" },
	{ 503, "Service unavailable" },
	{ 505, "HTTP version not supported" },
};

const char *
vhd_status_title(int status)
{
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Error";
}
