/* The domain of an address that has none. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "core/name.h"
#include "qmail/control.h"

#define DEFAULT_DOMAIN "defaultdomain"
#define FILE_BYTES     4096

static int
is_safe_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c && strchr("_-.@", c));
}

/* 1 if the variable is there, even if it is empty; 0; or a code.  Who runs a
 * set-uid program must not choose the domain. */
static int
from_environment(struct vpop *vp, char ret_domain[VPOP_DOMAIN_SIZE])
{
	const char *value = secure_getenv("VPOPMAIL_DOMAIN");

	if (!value)
		return 0;
	if (vp_copy(ret_domain, VPOP_DOMAIN_SIZE, value) != 0)
		return vp_fail(vp, VA_DOMAIN_NAME_TOO_LONG,
		    "VPOPMAIL_DOMAIN is longer than %d bytes",
		    VPOP_DOMAIN_SIZE - 1);
	for (char *p = ret_domain; *p; p++)
		if (!is_safe_byte(*p))
			*p = '_';
	vp_lower(ret_domain);
	return 1;
}

/* 1, 0, or a code.  A domain that qmail delivers locally is not ours. */
static int
from_map(struct vpop *vp, char ret_domain[VPOP_DOMAIN_SIZE])
{
	const char *local = getenv("TCPLOCALIP");
	char ip[VPOP_IP_SIZE], domain[VPOP_DOMAIN_SIZE];

	if (!vp->set.ip_alias_domains || !local ||
	    vp_ip_canonical(local, ip) != 0)
		return 0;
	int code = vpop_ipmap_get(vp, ip, domain);
	if (code == VA_DOMAIN_DOES_NOT_EXIST)
		return 0;
	if (code != 0)
		return code;
	int rc = vp_control_has(vp->set.qmaildir, "locals", domain);
	if (rc < 0)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_CANNOT_READ_ASSIGN),
		    "cannot read '%s/control/locals'", vp->set.qmaildir);
	if (rc == 0)
		memcpy(ret_domain, domain, sizeof domain);
	return rc == 0;
}

static int
from_file(struct vpop *vp, char ret_domain[VPOP_DOMAIN_SIZE])
{
	AUTO_FREE char *path = NULL, *text = NULL;

	if (asprintf(&path, "%s/%s", vp->etc, DEFAULT_DOMAIN) < 0) {
		path = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	text = vp_file_read(-1, path, FILE_BYTES, NULL);
	if (!text && errno != ENOENT)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_PARSE_ERROR), "cannot read '%s'",
		    path);
	const char *line = text ? text + strspn(text, " \t") : "";
	size_t length = strcspn(line, " \t\r\n");
	if (text)
		text[(size_t)(line - text) + length] = '\0';
	if (vp_name_domain(vp, line, ret_domain) != 0)
		return vp_fail(vp, VA_PARSE_ERROR,
		    "'%s' does not hold the name of a domain", path);
	return 0;
}

int
vpop_default_domain(struct vpop *vp, char ret_domain[VPOP_DOMAIN_SIZE])
{
	char domain[VPOP_DOMAIN_SIZE] = "";
	int rc = from_environment(vp, domain);

	if (rc == 0)
		rc = from_map(vp, domain);
	if (rc == 0)
		rc = from_file(vp, domain);
	if (rc < 0)
		return rc;
	memcpy(ret_domain, domain, sizeof domain);
	return 0;
}
