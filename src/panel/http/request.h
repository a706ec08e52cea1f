/*
 * A request as it travels from the front to a worker, and the checks that it
 * passes first.  Nothing here reads or writes; what the checks refuse is
 * refused whatever the resource.  A request that a worker gets has an id.
 */
#ifndef PANEL_HTTP_REQUEST_H
#define PANEL_HTTP_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#define VHD_TARGET_MAX 4096 /* bytes of path and query */
#define VHD_VALUE_MAX  4096 /* bytes of a header's value */
#define VHD_FIELDS_MAX 64   /* headers */

enum vhd_method {
	VHD_GET,
	VHD_HEAD,
	VHD_POST,
	VHD_PUT,
	VHD_PATCH,
	VHD_DELETE,
	VHD_METHODS
};

extern const char *const vhd_method_names[VHD_METHODS];

/* Where a connection came in. */
enum vhd_kind {
	VHD_TCP,
	VHD_TLS,
	VHD_UNIX, /* its peer is known by its user id */
	VHD_PROXY /* a web server speaks for its clients */
};

/* The headers that anybody looks at; each may occur once, but of
 * X-Forwarded-For, to which each server may add one, the last counts. */
enum vhd_header {
	VHD_ACCEPT,
	VHD_AUTHORIZATION,
	VHD_CONTENT_TYPE,
	VHD_COOKIE,
	VHD_CSRF,
	VHD_FETCH_SITE,
	VHD_FORWARDED,
	VHD_HOST,
	VHD_IDEMPOTENCY_KEY,
	VHD_IF_MATCH,
	VHD_IF_NONE_MATCH,
	VHD_LAST_EVENT,
	VHD_ORIGIN,
	VHD_REQUEST_ID,
	VHD_USER_AGENT,
	VHD_HEADERS
};

struct vhd_request {
	enum vhd_method method;
	enum vhd_kind kind;
	const char *address; /* of the client; "" for a Unix socket */
	const char *target;
	const char *headers[VHD_HEADERS]; /* NULL: not there */
	const char *body;
	size_t body_size;
};

/* Whether it asks for events as they happen. */
int vhd_request_is_live(const struct vhd_request *request);

/* A request's head as it was received. */
struct vhd_field {
	const char *name, *value;
	size_t name_size, value_size;
};

struct vhd_head {
	const char *method, *version, *target;
	struct vhd_field fields[VHD_FIELDS_MAX];
	size_t count; /* of all, also of those that have no place */
};

/*
 * Check a head.  0, with method, target and headers filled, which point into
 * it; or the HTTP status of the refusal, with ret_reason a literal sentence.
 * body_max: bytes that a body may have.
 */
int vhd_head_check(const struct vhd_head *head, uint64_t body_max,
    struct vhd_request *ret_request, const char **ret_reason);

#define VHD_REQUEST_ID_SIZE 65           /* with NUL */
#define VHD_REQUESTS        "/requests/" /* before it: a problem's instance */

/* The id of a request: the one that its client gave, if that is 1 to 64
 * letters, digits, '.', '_' and '-', else one that is made. */
void vhd_request_id(const char *given, char ret_id[VHD_REQUEST_ID_SIZE]);

#define VHD_ADDRESS_SIZE 46 /* as INET6_ADDRSTRLEN */

/* The client that a web server names last in X-Forwarded-For (NULL: "").  0,
 * or -1: that is no address. */
int vhd_forwarded_address(
    const char *value, char ret_address[VHD_ADDRESS_SIZE]);

#endif
