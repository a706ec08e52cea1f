/*
 * Looking accounts up.  vauth_getpw, vauth_getall and vgetent have storage of
 * their own each: programs hold a result of one while they use the others,
 * change the ids of the process or close the library.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "api/api.h"
#include "base/line.h"
#include "base/text.h"
#include "core/password.h"
#include "core/user.h"
#include "store/vpasswd.h"
#include "vauth.h"
#include "vpopmail.h"

/* A record and what it points into. */
struct record {
	struct vqpasswd pw;
	struct vpop_user user;
};

static struct vqpasswd *
fill(struct record *record, const struct vpop_user *user)
{
	struct vpop_user *own = &record->user;

	*own = *user;
	record->pw = (struct vqpasswd){ .pw_name = own->name,
		.pw_passwd = own->passwd,
		.pw_uid = own->uid,
		.pw_gid = own->gid,
		.pw_flags = own->flags,
		.pw_gecos = own->gecos,
		.pw_dir = own->dir,
		.pw_shell = own->quota,
		.pw_clear_passwd = own->clear };
	return &record->pw;
}

struct vqpasswd *
vp_api_record(const struct vpop_user *user)
{
	static struct record record;

	return fill(&record, user);
}

static struct vqpasswd *
find(char *user, char *domain)
{
	struct vp_api_name name;
	struct vpop_user found;
	int code = vp_api_user(user, domain, &name);

	if (code < 0)
		return NULL;
	code = vp_api_may_read(name.vp, &name.domain);
	if (code == 0)
		code = vp_api_find_user(&name, &found);
	if (vp_api_result(code) < 0)
		return NULL;
	struct vqpasswd *pw = vp_api_record(&found);
	explicit_bzero(&found, sizeof found);
	return pw;
}

VPOP_EXPORT struct vqpasswd *
vauth_getpw(char *user, char *domain)
{
	return find(user, domain);
}

static int
is_password(const char *password, const struct vqpasswd *pw)
{
	return password && pw && pw->pw_passwd &&
	       vp_password_matches(password, pw->pw_passwd) == 1;
}

VPOP_EXPORT int
vauth_crypt(char *user, char *domain, char *clear_pass, struct vqpasswd *vpw)
{
	(void)user;
	(void)domain;
	return is_password(clear_pass, vpw) ? 0 : -1;
}

VPOP_EXPORT struct vqpasswd *
vauth_user(char *user, char *domain, char *password, char *apop)
{
	struct vqpasswd *pw;

	(void)apop;
	if (!password) {
		vp_api_result(VA_NULL_POINTER);
		return NULL;
	}
	pw = find(user, domain);
	if (!pw || is_password(password, pw))
		return pw;
	vp_api_result(VA_AUTH_FAILED);
	return NULL;
}

/* ---- the walk ---------------------------------------------------------- */

static struct {
	struct vpop_users *cursor; /* NULL: to be opened after last */
	char domain[VPOP_DOMAIN_SIZE];
	char last[VPOP_USER_SIZE]; /* "": at the start */
	int going;
} walk;

void
vp_api_users_close(void)
{
	vpop_users_close(walk.cursor);
	walk.cursor = NULL;
}

static void
end_walk(void)
{
	vp_api_users_close();
	walk.going = 0;
}

static int
start_walk(char *domain)
{
	struct vp_api_name name;
	int code = vp_api_domain(domain, &name);

	if (code == 0)
		code = vp_api_may_read(name.vp, &name.domain);
	if (code < 0)
		return code;
	memcpy(walk.domain, name.domain.real, sizeof walk.domain);
	walk.last[0] = '\0';
	walk.going = 1;
	return 0;
}

static int
next_user(struct vpop_user *ret_user)
{
	struct vpop *vp = vp_api_handle();
	int code = vp ? 0 : verrori;

	if (code == 0 && !walk.cursor)
		code = vpop_users_open(vp, walk.domain,
		    walk.last[0] ? walk.last : NULL, &walk.cursor);
	return code == 0 ? vpop_users_next(walk.cursor, ret_user) : code;
}

VPOP_EXPORT struct vqpasswd *
vauth_getall(char *domain, int first, int sortit)
{
	static struct record record;
	struct vpop_user user;
	int code = 0;

	(void)sortit;
	if (first) {
		end_walk();
		code = start_walk(domain);
	} else if (!walk.going) {
		vp_api_result(0);
		return NULL;
	}
	if (code == 0)
		code = next_user(&user);
	if (code != 1) {
		end_walk();
		vp_api_result(code);
		return NULL;
	}
	memcpy(walk.last, user.name, sizeof walk.last);
	struct vqpasswd *pw = fill(&record, &user);
	explicit_bzero(&user, sizeof user);
	return pw;
}

VPOP_EXPORT void
vauth_end_getall(void)
{
	end_walk();
}

/* A line that is no record is passed over. */
VPOP_EXPORT struct vqpasswd *
vgetent(FILE *pw)
{
	static struct record record;
	AUTO_FREE char *line = NULL;
	struct vpop_user user;
	size_t cap = 0;

	for (;;) {
		ssize_t size =
		    pw ? vp_line_read(pw, &line, &cap, VP_VPASSWD_LINE) : -1;

		if (size < 0 && (!pw || (errno != EMSGSIZE && errno != EILSEQ)))
			return NULL;
		if (size >= 0 &&
		    vp_vpasswd_parse(line, (size_t)size, &user) == 0)
			break;
	}
	struct vqpasswd *found = fill(&record, &user);
	explicit_bzero(&user, sizeof user);
	if (line)
		explicit_bzero(line, strlen(line));
	return found;
}
