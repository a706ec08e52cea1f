/*
 * vconvert from what is no account store: accounts of the system, a file of
 * names and hashes, and the copies for sqwebmail.  New accounts are added by
 * the rules of the library, into the store where the domain lives; one that
 * is there already is left as it is.
 */
#include "config.h"

#include "tools/vconvert.h"

#include <errno.h>
#include <pwd.h>
#include <shadow.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"

#define LINE_MAX_BYTES 4096

static int
add(struct cli *cli, const char *name, const char *domain, const char *hash,
    const char *gecos)
{
	const struct vpop_user_new user = {
		.name = name,
		.domain = domain,
		.secret = { VPOP_SECRET_HASH, hash },
		.gecos = gecos,
	};
	int code = vpop_user_add(cli->vp, &user);

	if (code && code != VA_USERNAME_EXISTS) {
		printf("user %s domain %s did not add\n", name, domain);
		cli_detail(cli, code);
	}
	return code == VA_USERNAME_EXISTS ? 0 : code;
}

/* ---- accounts of the system ------------------------------------------- */

/* A hash somebody can log in with. */
static int
is_hash(const char *text)
{
	return text && strlen(text) > 2 && *text != '!' && *text != '*';
}

static int
add_system(
    struct cli *cli, const char *domain, const struct passwd *pw, int64_t least)
{
	const struct spwd *shadow = getspnam(pw->pw_name);
	const char *hash = shadow ? shadow->sp_pwdp : pw->pw_passwd;
	AUTO_FREE char *gecos = cli_strdup(pw->pw_gecos ? pw->pw_gecos : "");

	gecos[strcspn(gecos, ",")] = '\0';
	if (!is_hash(hash) || pw->pw_uid < least) {
		printf("skipping %s\n", pw->pw_name);
		return 0;
	}
	return add(cli, pw->pw_name, domain, hash, gecos);
}

int
vconvert_system(struct cli *cli, const char *domain)
{
	const char *text = vpop_setting(cli->vp, "passwd_min_uid");
	const struct passwd *pw;
	int64_t least = 0;
	int first = 0;

	if (!text || vp_number(text, 0, UINT32_MAX, &least) != 0)
		least = 1000;
	setpwent();
	for (errno = 0; (pw = getpwent()) != NULL; errno = 0) {
		int code = add_system(cli, domain, pw, least);

		if (!first)
			first = code;
	}
	if (errno != 0 && errno != ENOENT && !first) {
		cli_warn(cli, "cannot read the accounts of the system: %s",
		    strerror(errno));
		first = CLI_USAGE_STATUS;
	}
	endpwent();
	endspent();
	return first;
}

/* ---- a file ----------------------------------------------------------- */

#define SEPARATORS " :\t"

static int
add_line(struct cli *cli, const char *domain, char *line)
{
	char *name = line + strspn(line, SEPARATORS);
	char *hash = name + strcspn(name, SEPARATORS);

	if (*name == '\0')
		return 0;
	if (*hash)
		*hash++ = '\0';
	hash += strspn(hash, SEPARATORS);
	hash[strcspn(hash, SEPARATORS "\r")] = '\0';
	if (*hash == '\0') {
		cli_warn(cli, "'%s' has no hash in the file", name);
		return VA_PARSE_ERROR;
	}
	return add(cli, name, domain, hash, NULL);
}

int
vconvert_file(struct cli *cli, const char *domain, const char *file)
{
	AUTO_FCLOSE FILE *fp = fopen(file, "re");
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	int code = 0;

	if (!fp) {
		cli_warn(cli, "cannot open '%s': %s", file, strerror(errno));
		return VA_COULD_NOT_UPDATE_FILE;
	}
	while (!code && vp_line_read(fp, &line, &room, LINE_MAX_BYTES) >= 0)
		code = add_line(cli, domain, line);
	if (!code && errno) {
		cli_warn(cli, "cannot read '%s': %s", file, strerror(errno));
		code = VA_PARSE_ERROR;
	}
	if (line)
		explicit_bzero(line, room);
	return code;
}

/* ---- sqwebmail -------------------------------------------------------- */

int
vconvert_sqwebmail(struct cli *cli, const char *domain, int loud)
{
	struct vpop_users *cursor = NULL;
	struct vpop_user user;
	int code = vpop_users_open(cli->vp, domain, NULL, &cursor);

	if (code) {
		cli_detail(cli, code);
		return code;
	}
	while ((code = vpop_users_next(cursor, &user)) == 1) {
		if (loud)
			puts(user.name);
		code = vpop_user_sqwebmail(cli->vp, &user);
		if (code)
			break;
	}
	vpop_users_close(cursor);
	if (code)
		cli_detail(cli, code);
	return code;
}
