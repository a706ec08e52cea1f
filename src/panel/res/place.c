/*
 * Paths of objects are derived from the manifests (module(7)).  A resource of
 * a domain wins over one of the site that is called "domains".
 */
#include "config.h"

#include "panel/res/place.h"

#include <string.h>

#include "base/attr.h"
#include "panel/api/route.h"
#include "panel/res/resource.h"

/* ---- from a path ------------------------------------------------------ */

/* The segments that are left. */
struct path {
	const char *const *segment;
	int left;
};

static const char *
next(struct path *path)
{
	if (path->left == 0)
		return NULL;
	path->left--;
	return *path->segment++;
}

static const struct vp_module_resource *
find_resource(const struct vp_manifest *manifest, const char *name,
    int of_domain, const struct vp_module_resource *within)
{
	for (size_t i = 0; name && i < manifest->count; i++) {
		const struct vp_module_resource *r = &manifest->resources[i];

		if (r->of_domain == of_domain && r->within == within &&
		    strcmp(r->name, name) == 0)
			return r;
	}
	return NULL;
}

/* What follows an object: nothing, an action, or a resource within. */
static int
follow(struct path *path, struct vhd_place *place)
{
	const struct vp_module_resource *r = place->resource;
	const char *name = next(path);

	place->is_list = 0;
	if (!name)
		return 1;
	if (strcmp(name, "actions") == 0) {
		const char *action = next(path);

		for (size_t i = 0; action && i < r->actions_count; i++)
			if (strcmp(r->actions[i].name, action) == 0)
				place->action = &r->actions[i];
		return place->action && path->left == 0;
	}
	if (r->within || !place->key)
		return 0;
	place->resource = find_resource(place->manifest, name, r->of_domain, r);
	if (!place->resource)
		return 0;
	place->parent = place->key;
	place->key = NULL;
	if (!place->resource->key)
		return follow(path, place);
	place->is_list = path->left == 0;
	place->key = next(path);
	return place->is_list || follow(path, place);
}

static int
find_in(const struct vp_manifest *manifest, struct path path,
    const char *domain, struct vhd_place *ret)
{
	struct vhd_place place = { .manifest = manifest, .domain = domain };

	place.resource =
	    find_resource(manifest, next(&path), domain != NULL, NULL);
	if (!place.resource)
		return 0;
	if (place.resource->key) {
		place.is_list = path.left == 0;
		place.key = next(&path);
	}
	if (!place.is_list && !follow(&path, &place))
		return 0;
	*ret = place;
	return 1;
}

int
vhd_place_find(const struct vp_manifest *manifests, size_t count,
    const struct vhd_target *target, struct vhd_place *ret)
{
	const struct path site = { target->segment + VHD_API_SEGMENTS,
		target->segments - VHD_API_SEGMENTS };
	const struct path domain = { site.segment + 2, site.left - 2 };

	memset(ret, 0, sizeof *ret);
	if (site.left < 1 || strcmp(target->segment[0], "api") != 0 ||
	    strcmp(target->segment[1], "v1") != 0)
		return 0;
	if (domain.left > 0 && strcmp(site.segment[0], "domains") == 0)
		for (size_t i = 0; i < count; i++)
			if (find_in(
				&manifests[i], domain, site.segment[1], ret))
				return 1;
	for (size_t i = 0; i < count; i++)
		if (find_in(&manifests[i], site, NULL, ret))
			return 1;
	return 0;
}

/* ---- methods ---------------------------------------------------------- */

static const struct vhd_route on_list[] = {
	{ .method = VHD_GET, .handle = vhd_resource_list },
	{ .method = VHD_POST,
	    .flags = VHD_BODY,
	    .handle = vhd_resource_create },
};
static const struct vhd_route on_object[] = {
	{ .method = VHD_GET, .handle = vhd_resource_get },
	{ .method = VHD_PUT,
	    .flags = VHD_BODY | VHD_IF_MATCHES,
	    .handle = vhd_resource_put },
	{ .method = VHD_PATCH,
	    .flags = VHD_BODY | VHD_IF_MATCHES,
	    .handle = vhd_resource_patch },
	{ .method = VHD_DELETE,
	    .flags = VHD_IF_MATCHES,
	    .handle = vhd_resource_delete },
};
/* What cannot be read has no revision. */
static const struct vhd_route on_secret[] = {
	{ .method = VHD_PUT, .flags = VHD_BODY, .handle = vhd_resource_put },
};
static const struct vhd_route on_action[] = {
	{ .method = VHD_POST, .flags = VHD_BODY, .handle = vhd_resource_act },
};

/* Whether objects have the verb of a method. */
static int
is_possible(const struct vhd_place *place, enum vhd_method method)
{
	unsigned can = place->resource->can;

	switch (method) {
	case VHD_GET:
		return (can & (place->is_list ? (unsigned)VP_MODULE_LIST
					      : (unsigned)VP_MODULE_GET)) != 0;
	case VHD_POST:
		return place->action || can & VP_MODULE_SETUP;
	case VHD_PUT:
		return can & VP_MODULE_MODIFY ||
		       (can & VP_MODULE_SETUP && !place->key);
	case VHD_PATCH:
		return (can & VP_MODULE_MODIFY) != 0;
	case VHD_DELETE:
		return (can & VP_MODULE_DELETE) != 0;
	default:
		return 0;
	}
}

static const struct vhd_route *
routes_of(const struct vhd_place *place, size_t *ret_count)
{
	if (place->action) {
		*ret_count = 1;
		return on_action;
	}
	if (place->is_list) {
		*ret_count = sizeof on_list / sizeof *on_list;
		return on_list;
	}
	if (!(place->resource->can & VP_MODULE_GET)) {
		*ret_count = 1;
		return on_secret;
	}
	*ret_count = sizeof on_object / sizeof *on_object;
	return on_object;
}

const struct vhd_route *
vhd_place_route(const struct vhd_call *call, unsigned *ret_methods)
{
	const struct vhd_route *routes, *found = NULL;
	enum vhd_method wanted = call->request->method;
	size_t count;

	routes = routes_of(&call->place, &count);
	if (wanted == VHD_HEAD)
		wanted = VHD_GET;
	*ret_methods = 0;
	for (size_t i = 0; i < count; i++) {
		if (!is_possible(&call->place, routes[i].method))
			continue;
		*ret_methods |= 1U << routes[i].method;
		if (routes[i].method == wanted)
			found = &routes[i];
	}
	if (*ret_methods & 1U << VHD_GET)
		*ret_methods |= 1U << VHD_HEAD;
	return found;
}

/* ---- to a path -------------------------------------------------------- */

char *
vhd_path_escape(const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *escaped = malloc(3 * strlen(text) + 1), *to = escaped;

	if (!escaped)
		return NULL;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~@", c)) {
			*to++ = (char)c;
		} else {
			*to++ = '%';
			*to++ = digits[c >> 4];
			*to++ = digits[c & 15];
		}
	}
	*to = '\0';
	return escaped;
}

/* Append "/text" to a path, which is freed when that fails. */
static char *
append(char *path, const char *text)
{
	AUTO_FREE char *escaped = text ? vhd_path_escape(text) : NULL;
	char *longer;

	if (!path || !escaped || asprintf(&longer, "%s/%s", path, escaped) < 0)
		longer = NULL;
	free(path);
	return longer;
}

char *
vhd_place_path(const struct vhd_place *place, const char *key)
{
	char *path = strdup(VHD_API);

	if (place->domain)
		path = append(append(path, "domains"), place->domain);
	if (place->resource->within)
		path = append(
		    append(path, place->resource->within->name), place->parent);
	path = append(path, place->resource->name);
	return key ? append(path, key) : path;
}
