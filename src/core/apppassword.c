/*
 * App passwords at a login.  A line that cannot be read matches nothing; a
 * file that cannot be read is a failure, so that nobody is told that his
 * password is wrong.
 */
#include "config.h"

#include "core/apppassword.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/line.h"
#include "base/text.h"
#include "core/userdir.h"

#define SUM_BYTES ((VP_APP_SUM_SIZE - 1) / 2)

static const unsigned service_bits[] = {
	[VP_SMTP] = VPOP_APP_SMTP,
	[VP_POP] = VPOP_APP_POP,
	[VP_IMAP] = VPOP_APP_IMAP,
	[VP_WEBMAIL] = VPOP_APP_WEBMAIL,
};

/* A number up to max that is not negative; -1 if it is none. */
static int64_t
number(const char *text, int64_t max)
{
	int64_t value;

	return text && vp_number(text, 0, max, &value) == 0 ? value : -1;
}

int
vp_app_line_parse(char *text, struct vp_app_line *ret)
{
	struct vpop_app_password *password = &ret->password;
	const char *id = strsep(&text, ":");
	int64_t services = number(strsep(&text, ":"), VPOP_APP_ALL);
	int64_t created = number(strsep(&text, ":"), INT64_MAX);
	int64_t expires = number(strsep(&text, ":"), INT64_MAX);
	const char *sum = strsep(&text, ":");

	*ret = (struct vp_app_line){ .password = { .id = "" } };
	if (services <= 0 || created < 0 || expires < 0 || !sum || !text ||
	    strlen(sum) != VP_APP_SUM_SIZE - 1 ||
	    strlen(id) != VPOP_APP_ID_SIZE - 1 || !vp_is_clean(text) ||
	    vp_copy(password->id, sizeof password->id, id) != 0 ||
	    vp_copy(password->label, sizeof password->label, text) != 0 ||
	    vp_copy(ret->sum, sizeof ret->sum, sum) != 0)
		return -1;
	password->services = (unsigned)services;
	password->created = (time_t)created;
	password->expires = (time_t)expires;
	return 0;
}

int
vp_app_normalise(const char *secret, char ret_secret[VP_APP_LENGTH + 1])
{
	size_t length = 0;

	for (; *secret; secret++) {
		if (*secret == '-' || *secret == ' ')
			continue;
		if (length == VP_APP_LENGTH ||
		    !strchr(VP_APP_ALPHABET, *secret))
			return -1;
		ret_secret[length++] = *secret;
	}
	ret_secret[length] = '\0';
	return length == VP_APP_LENGTH ? 0 : -1;
}

void
vp_app_sum(const char *normal, char ret_sum[VP_APP_SUM_SIZE])
{
	unsigned char sum[SUM_BYTES];

	/* It cannot fail with these sizes. */
	(void)crypto_generichash(sum, sizeof sum, (const unsigned char *)normal,
	    strlen(normal), NULL, 0);
	sodium_bin2hex(ret_sum, VP_APP_SUM_SIZE, sum, sizeof sum);
}

static int
is_in(char *text, const char *sum, unsigned service, time_t now)
{
	struct vp_app_line line;
	char *next;
	int found = 0;

	while ((next = strsep(&text, "\n"))) {
		if (vp_app_line_parse(next, &line) != 0)
			continue;
		if (vp_equal_secret(line.sum, sum) &&
		    (line.password.services & service) &&
		    (line.password.expires == 0 || line.password.expires > now))
			found = 1;
	}
	return found;
}

int
vp_app_password_matches(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_user *user, const char *secret, enum vp_service service,
    time_t now)
{
	char normal[VP_APP_LENGTH + 1], sum[VP_APP_SUM_SIZE];
	AUTO_CLOSE int home = -1;
	AUTO_FREE char *text = NULL;

	if (vp_app_normalise(secret, normal) != 0)
		return 0;
	home = vp_userdir_open(domain, user);
	if (home >= 0)
		text = vp_file_read(home, VP_APP_FILE, VP_APP_FILE_MAX, NULL);
	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
		    "cannot read '%s/%s'", user->dir, VP_APP_FILE);
	vp_app_sum(normal, sum);
	explicit_bzero(normal, sizeof normal);
	return is_in(text, sum, service_bits[service], now);
}
