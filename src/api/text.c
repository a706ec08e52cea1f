/* Names, addresses and texts. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "api/api.h"
#include "base/line.h"
#include "base/text.h"
#include "vpopmail.h"

#define DEFAULT_BYTES 4096 /* of etc/defaultdomain */
#define PEER_MAX      45   /* the longest text of an address */

static int
is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static int
is_made_of(const char *text, const char *others)
{
	for (; *text; text++)
		if (!is_letter_or_digit(*text) && !strchr(others, *text))
			return 0;
	return 1;
}

int
vp_api_user_valid(const char *user)
{
	return is_made_of(user, "!#$&'*+-./=?^_`{|}~") ? 0
						       : VA_ILLEGAL_USERNAME;
}

int
vp_api_domain_valid(const char *domain)
{
	return is_made_of(domain, "-.") ? 0 : VA_INVALID_DOMAIN_NAME;
}

VPOP_EXPORT int
is_username_valid(char *user)
{
	return user ? vp_api_user_valid(user) : VA_ILLEGAL_USERNAME;
}

VPOP_EXPORT int
is_domain_valid(char *domain)
{
	return domain ? vp_api_domain_valid(domain) : VA_INVALID_DOMAIN_NAME;
}

VPOP_EXPORT void
lowerit(char *text)
{
	for (; text && *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

/* ---- the default domain ------------------------------------------------ */

/* The first word of the file, "" if there is none. */
static void
read_default(char *ret, size_t size)
{
	const struct vpop *vp = vp_api_handle();
	AUTO_FREE char *path = NULL, *text = NULL;

	ret[0] = '\0';
	if (!vp)
		return;
	if (asprintf(&path, "%s/defaultdomain", vp->etc) < 0) {
		path = NULL;
		return;
	}
	text = vp_file_read(-1, path, DEFAULT_BYTES, NULL);
	if (!text)
		return;
	char *line = text + strspn(text, " \t");
	line[strcspn(line, " \t\r\n")] = '\0';
	if (vp_copy(ret, size, line) == 0)
		vp_lower(ret);
}

VPOP_EXPORT char *
default_domain(void)
{
	static char domain[VPOP_DOMAIN_SIZE];
	static int is_read;

	if (!is_read) {
		read_default(domain, sizeof domain);
		is_read = 1;
	}
	return domain;
}

static void
find_default(char ret_domain[VPOP_DOMAIN_SIZE])
{
	struct vpop *vp = vp_api_handle();

	ret_domain[0] = '\0';
	if (vp && vp_api_result(vpop_default_domain(vp, ret_domain)) < 0)
		ret_domain[0] = '\0';
}

VPOP_EXPORT void
vset_default_domain(char *domain)
{
	char found[VPOP_DOMAIN_SIZE];

	if (!domain || *domain)
		return;
	find_default(found);
	if (strlen(found) <= MAX_PW_DOMAIN)
		(void)vp_api_tell(domain, found);
}

/* ---- addresses --------------------------------------------------------- */

static const char *
find_separator(const char *email)
{
	for (const char *c = ATCHARS; *c; c++) {
		const char *found = strchr(email, *c);

		if (found)
			return found;
	}
	return NULL;
}

/* At most size - 1 bytes in lower case: callers look at what fits. */
static void
copy_part(char *ret, size_t size, const char *text, size_t length)
{
	if (length >= size)
		length = size - 1;
	memcpy(ret, text, length);
	ret[length] = '\0';
	vp_lower(ret);
}

VPOP_EXPORT int
parse_email(const char *email, char *user, char *domain, int buff_size)
{
	char found[VPOP_DOMAIN_SIZE];
	const char *separator;
	size_t size;

	if (!email || !user || !domain || buff_size <= 0)
		return -1;
	size = (size_t)buff_size;
	separator = find_separator(email);
	if (separator) {
		copy_part(user, size, email, (size_t)(separator - email));
		copy_part(domain, size, separator + 1, strlen(separator + 1));
		if (vp_api_domain_valid(domain) != 0)
			return -1;
	} else {
		copy_part(user, size, email, strlen(email));
		domain[0] = '\0';
		find_default(found);
		if (strlen(found) < size)
			copy_part(domain, size, found, strlen(found));
	}
	return vp_api_user_valid(user) == 0 ? 0 : -1;
}

/* The part of a path before end: its beginning. */
static const char *
part_before(const char *path, const char *end)
{
	while (end > path && end[-1] != '/')
		end--;
	return end;
}

/* The first part called Maildir, or NULL. */
static const char *
find_maildir(const char *path)
{
	static const char name[] = "/Maildir";
	const size_t size = sizeof name - 1;
	const char *p = path;

	while ((p = strstr(p, name)) && p[size] && p[size] != '/')
		p += size;
	return p;
}

void
vp_api_maildir_address(const char *maildir, char ret_address[VP_API_ADDRESS])
{
	const char *end = maildir ? find_maildir(maildir) : NULL;
	const char *user = end ? part_before(maildir, end) : NULL;

	ret_address[0] = '\0';
	if (!user || user == end)
		return;
	for (const char *p = user; p > maildir;) {
		const char *stop = p - 1; /* the slash */
		const char *part = part_before(maildir, stop);

		if (memchr(part, '.', (size_t)(stop - part))) {
			if (vp_format(ret_address, VP_API_ADDRESS, "%.*s@%.*s",
				(int)(end - user), user, (int)(stop - part),
				part) != 0)
				ret_address[0] = '\0';
			return;
		}
		p = part;
	}
}

VPOP_EXPORT char *
maildir_to_email(const char *maildir)
{
	static char address[VP_API_ADDRESS];

	vp_api_maildir_address(maildir, address);
	return address;
}

/* Names and order do not depend on the locale. */
VPOP_EXPORT char *
date_header(void)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	static char text[64];
	time_t now = time(NULL);
	struct tm tm;

	text[0] = '\0';
	if (gmtime_r(&now, &tm))
		(void)vp_format(text, sizeof text,
		    "Date: %s, %02d %s %d %02d:%02d:%02d +0000\n",
		    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return text;
}

/* Clients hand this on to others: no byte that these could take for more
 * than a name. */
VPOP_EXPORT char *
get_remote_ip(void)
{
	static const char mapped[] = "::ffff:";
	static char text[PEER_MAX + 1];
	const char *peer = getenv("TCPREMOTEIP");

	if (!peer)
		peer = getenv("REMOTE_HOST");
	if (!peer)
		return NULL;
	if (strncasecmp(peer, mapped, sizeof mapped - 1) == 0 &&
	    strchr(peer, '.'))
		peer += sizeof mapped - 1;
	if (vp_copy(text, sizeof text, peer) != 0)
		return NULL;
	for (char *p = text; *p; p++)
		if (!is_letter_or_digit(*p) && !strchr("_-.@:", *p))
			*p = '_';
	return text;
}
