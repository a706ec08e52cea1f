/*
 * Which names are legal.  Lookups are lenient, because old sites hold names
 * that would not be made today; a name that is to be made must be safe as
 * the name of a folder beside our own files.
 */
#include "config.h"

#include "core/name.h"

#include <string.h>

#include "base/text.h"

static int
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static int
is_user_byte(char c)
{
	return is_alnum(c) || (c && strchr("!#$&'*+-./=?^_`{|}~", c));
}

static int
is_domain_byte(char c)
{
	return is_alnum(c) || c == '-' || c == '.';
}

/* Length first: an over-long name is not repeated in the sentence. */
static int
user_name(struct vpop *vp, const char *what, const char *name,
    char ret_name[VPOP_USER_SIZE])
{
	if (strlen(name) >= VPOP_USER_SIZE)
		return vp_fail(vp, VA_USER_NAME_TOO_LONG,
		    "%s is longer than %d bytes", what, VPOP_USER_SIZE - 1);
	for (const char *p = name; *p; p++)
		if (!is_user_byte(*p))
			return vp_fail(vp, VA_ILLEGAL_USERNAME,
			    "%s '%s' has a character that is not allowed", what,
			    name);
	memcpy(ret_name, name, strlen(name) + 1);
	vp_lower(ret_name);
	return 0;
}

int
vp_name_user(struct vpop *vp, const char *name, char ret_name[VPOP_USER_SIZE])
{
	return user_name(vp, "user name", name, ret_name);
}

int
vp_name_is_ext(const char *name)
{
	while (is_user_byte(*name))
		name++;
	return *name == '\0';
}

/* Names that stand for something else in a domain's folder. */
static int
is_reserved(const char *name)
{
	return strncmp(name, "vpasswd", 7) == 0 || strcmp(name, "maildir") == 0;
}

int
vp_name_new_user(
    struct vpop *vp, const char *name, char ret_name[VPOP_USER_SIZE])
{
	char lower[VPOP_USER_SIZE] = "";
	int code = user_name(vp, "user name", name, lower);

	if (code != 0)
		return code;
	if (lower[0] == '\0')
		return vp_fail(vp, VA_ILLEGAL_USERNAME, "user name is empty");
	if (lower[0] == '.')
		return vp_fail(vp, VA_ILLEGAL_USERNAME,
		    "user name '%s' begins with a dot", lower);
	if (strchr(lower, '/'))
		return vp_fail(vp, VA_ILLEGAL_USERNAME,
		    "user name '%s' has a slash", lower);
	if (is_reserved(lower))
		return vp_fail(vp, VA_ILLEGAL_USERNAME,
		    "user name '%s' is reserved", lower);
	if (lower[1] == '\0' && vp->set.users_big_dir)
		return vp_fail(vp, VA_ILLEGAL_USERNAME,
		    "user name '%s' has only one character", lower);
	memcpy(ret_name, lower, sizeof lower);
	return 0;
}

int
vp_name_domain(
    struct vpop *vp, const char *name, char ret_name[VPOP_DOMAIN_SIZE])
{
	if (strlen(name) >= VPOP_DOMAIN_SIZE)
		return vp_fail(vp, VA_DOMAIN_NAME_TOO_LONG,
		    "domain name is longer than %d bytes",
		    VPOP_DOMAIN_SIZE - 1);
	for (const char *p = name; *p; p++)
		if (!is_domain_byte(*p))
			return vp_fail(vp, VA_INVALID_DOMAIN_NAME,
			    "domain name '%s' has a character that is not "
			    "allowed",
			    name);
	memcpy(ret_name, name, strlen(name) + 1);
	vp_lower(ret_name);
	return 0;
}

int
vp_name_alias(struct vpop *vp, const char *name, char ret_name[VPOP_USER_SIZE])
{
	char lower[VPOP_USER_SIZE] = "";
	int code = user_name(vp, "alias name", name, lower);

	if (code != 0)
		return code;
	if (lower[0] == '\0')
		return vp_fail(vp, VA_ILLEGAL_USERNAME, "alias name is empty");
	if (strchr(lower, '/'))
		return vp_fail(vp, VA_ILLEGAL_USERNAME,
		    "alias name '%s' has a slash", lower);
	memcpy(ret_name, lower, sizeof lower);
	return 0;
}

int
vp_name_field(struct vpop *vp, const char *what, const char *text, size_t size,
    int code_long)
{
	if (strlen(text) >= size)
		return vp_fail(vp, code_long, "%s is longer than %zu bytes",
		    what, size - 1);
	if (strchr(text, ':'))
		return vp_fail(vp, VA_BAD_CHAR, "%s has a colon", what);
	if (!vp_is_clean(text))
		return vp_fail(
		    vp, VA_BAD_CHAR, "%s has a control character", what);
	return 0;
}

int
vp_name_ip(struct vpop *vp, const char *ip, char ret_ip[VPOP_IP_SIZE])
{
	if (vp_ip_canonical(ip, ret_ip) == 0)
		return 0;
	if (strlen(ip) >= VPOP_IP_SIZE)
		return vp_fail(vp, VA_INVALID_IP_ADDRESS,
		    "text of more than %d bytes is not an IP address",
		    VPOP_IP_SIZE - 1);
	return vp_fail(
	    vp, VA_INVALID_IP_ADDRESS, "'%s' is not an IP address", ip);
}
