/*
 * Connections as vpopmail.conf says.  Settings of a store begin with its
 * name; when one of them that says where to connect is there, they hold and
 * the connection file is not looked at.
 */
#include "config.h"

#include "store/sql/logins.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/text.h"

#define PASSWORD_FILE 4096
#define CONNECT_MS    5000
#define QUERY_MS      30000

struct reader {
	const struct vpop_store_host *host;
	const struct vp_sql_source *source;
};

static const char *
setting(const struct reader *reader, const char *what)
{
	char name[64];
	const char *value;

	if (vp_format(name, sizeof name, "%s_%s", reader->source->name, what) !=
	    0)
		return "";
	value = reader->host->setting(reader->host->vp, name);
	return value ? value : "";
}

static int
too_long(const struct reader *reader, const char *what)
{
	return reader->host->fail(reader->host->vp, VA_PARSE_ERROR, 0,
	    "setting %s_%s is too long", reader->source->name, what);
}

static int
take(const struct reader *reader, const char *what, char *dst, size_t size)
{
	if (vp_copy(dst, size, setting(reader, what)) != 0)
		return too_long(reader, what);
	return 0;
}

static int
take_number(const struct vpop_store_host *host, const char *name, int64_t most,
    int64_t *ret_number)
{
	const char *value = host->setting(host->vp, name);

	if (!value || !*value)
		return 0;
	if (vp_number(value, 0, most, ret_number) != 0)
		return host->fail(host->vp, VA_PARSE_ERROR, 0,
		    "setting %s: '%s' is not a number up to %lld", name, value,
		    (long long)most);
	return 0;
}

/* ---- files with secrets -------------------------------------------------- */

static int
is_owner(const struct vpop_store_host *host, uid_t uid)
{
	const char *value = host->setting(host->vp, "uid");
	int64_t number;

	return uid == 0 || uid == geteuid() ||
	       (value && vp_number(value, 0, UINT32_MAX, &number) == 0 &&
		   (uid_t)number == uid);
}

static int
check_secret(
    const struct vpop_store_host *host, const char *path, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return host->fail(host->vp, VA_NO_AUTH_CONNECTION, 0,
		    "'%s' is not a file", path);
	if (!is_owner(host, st->st_uid))
		return host->fail(host->vp, VA_NO_AUTH_CONNECTION, 0,
		    "'%s' belongs to user %lu: it has a password and must be "
		    "root's or the vpopmail user's",
		    path, (unsigned long)st->st_uid);
	if (st->st_mode & (S_IRWXO | S_IWGRP))
		return host->fail(host->vp, VA_NO_AUTH_CONNECTION, 0,
		    "'%s' has a password and its mode is %04o: others can "
		    "read or change it, do chmod 0640",
		    path, (unsigned)(st->st_mode & 07777));
	return 0;
}

static int
cannot_read(const struct vpop_store_host *host, const char *path)
{
	int code = errno == EACCES || errno == EPERM ? VA_BAD_UID
						     : VA_NO_AUTH_CONNECTION;

	return host->fail(host->vp, code, errno, "cannot read '%s'", path);
}

char *
vp_sql_secret_file(const struct vpop_store_host *host, const char *path,
    size_t max, int *ret_code)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	AUTO_CLOSE int fd = open(path, flags);
	size_t size = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		*ret_code = cannot_read(host, path);
		return NULL;
	}
	*ret_code = check_secret(host, path, &st);
	if (*ret_code != 0)
		return NULL;
	char *text = malloc(max + 1);
	if (!text) {
		*ret_code =
		    host->fail(host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
		return NULL;
	}
	while (size < max) {
		ssize_t got = read(fd, text + size, max - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			if (got == 0)
				break;
			*ret_code = cannot_read(host, path);
			free(text);
			return NULL;
		}
		size += (size_t)got;
	}
	text[size] = '\0';
	if (size == max || strlen(text) != size) {
		*ret_code = host->fail(host->vp, VA_PARSE_ERROR, 0,
		    "'%s' is larger than %zu bytes, or has a NUL byte", path,
		    max);
		explicit_bzero(text, size);
		free(text);
		return NULL;
	}
	return text;
}

/* The password is in vpopmail.conf itself: then that is to be kept secret. */
static int
check_settings_file(const struct vpop_store_host *host)
{
	const char *path = host->setting(host->vp, "settings_file");
	struct stat st;

	if (!path || !*path)
		return 0;
	if (stat(path, &st) != 0)
		return cannot_read(host, path);
	return check_secret(host, path, &st);
}

static int
take_password(const struct reader *reader, struct vp_sql_login *login)
{
	const char *path = setting(reader, "password_file");
	int code;

	if (*setting(reader, "password")) {
		code = check_settings_file(reader->host);
		if (code != 0)
			return code;
		return take(reader, "password", login->password,
		    sizeof login->password);
	}
	if (!*path)
		return 0;
	AUTO_FREE char *text =
	    vp_sql_secret_file(reader->host, path, PASSWORD_FILE, &code);
	if (!text)
		return code;
	text[strcspn(text, "\r\n")] = '\0';
	code = vp_copy(login->password, sizeof login->password, text) == 0
		   ? 0
		   : too_long(reader, "password_file");
	explicit_bzero(text, strlen(text));
	return code;
}

/* ---- servers ------------------------------------------------------------- */

static int
take_tls(const struct reader *reader, struct vp_sql_login *login)
{
	static const char *const words[] = { "off", "try", "require",
		"verify" };
	const char *word = setting(reader, "tls");
	int code = 0;

	login->tls = VP_SQL_TLS_TRY;
	for (int i = 0; i < 4; i++) {
		if (strcmp(words[i], word) == 0) {
			login->tls = i;
			word = "";
		}
	}
	if (*word)
		return reader->host->fail(reader->host->vp, VA_PARSE_ERROR, 0,
		    "setting %s_tls: '%s' is none of off, try, require, verify",
		    reader->source->name, word);
	code = take(reader, "tls_ca", login->tls_ca, sizeof login->tls_ca);
	if (code == 0)
		code = take(reader, "tls_cert", login->tls_cert,
		    sizeof login->tls_cert);
	if (code == 0)
		code = take(
		    reader, "tls_key", login->tls_key, sizeof login->tls_key);
	return code;
}

static int
take_limits(const struct reader *reader, struct vp_sql_login *login)
{
	int64_t connect_s = CONNECT_MS / 1000, query_s = QUERY_MS / 1000;
	int code =
	    take_number(reader->host, "sql_connect_timeout", 3600, &connect_s);

	if (code == 0)
		code = take_number(
		    reader->host, "sql_query_timeout", 3600, &query_s);
	login->connect_ms = (unsigned)connect_s * 1000;
	login->query_ms = (unsigned)query_s * 1000;
	return code;
}

static int
take_place(
    const struct reader *reader, const char *prefix, struct vp_sql_login *login)
{
	char host[32], socket[32], port[64];
	int64_t number = 0;

	if (vp_format(host, sizeof host, "%shost", prefix) != 0 ||
	    vp_format(socket, sizeof socket, "%ssocket", prefix) != 0 ||
	    vp_format(port, sizeof port, "%s_%sport", reader->source->name,
		prefix) != 0)
		return too_long(reader, prefix);
	int code = take(reader, host, login->host, sizeof login->host);
	if (code == 0)
		code =
		    take(reader, socket, login->socket, sizeof login->socket);
	if (code == 0)
		code = take_number(reader->host, port, 65535, &number);
	login->port = (unsigned)number;
	return code;
}

static int
from_settings(const struct reader *reader, struct vp_sql_login *main,
    struct vp_sql_login *replica, int *ret_has_replica)
{
	int code = take_place(reader, "", main);

	if (code == 0)
		code = take(reader, "user", main->user, sizeof main->user);
	if (code == 0)
		code = take_password(reader, main);
	if (code == 0)
		code = take(
		    reader, "database", main->database, sizeof main->database);
	if (code == 0)
		code =
		    take(reader, "source", main->source, sizeof main->source);
	if (code == 0 && !*main->database)
		(void)vp_copy(
		    main->database, sizeof main->database, "vpopmail");
	*ret_has_replica = *setting(reader, "replica_host") ||
			   *setting(reader, "replica_socket");
	if (code == 0 && *ret_has_replica) {
		*replica = *main;
		code = take_place(reader, "replica_", replica);
	}
	return code;
}

static int
sqlite_path(const struct reader *reader, struct vp_sql_login *main)
{
	const char *path = setting(reader, "path");
	const char *home = reader->host->setting(reader->host->vp, "home");

	if (!*path ? vp_format(main->database, sizeof main->database,
			 "%s/domains/_vpopmail.sqlite", home ? home : "") != 0
		   : vp_copy(main->database, sizeof main->database, path) != 0)
		return too_long(reader, "path");
	return 0;
}

static int
take_all(const struct reader *reader, struct vp_sql_login *main,
    struct vp_sql_login *replica, int *ret_has_replica)
{
	if (strcmp(reader->source->driver->name, "sqlite") == 0)
		return sqlite_path(reader, main);
	if (*setting(reader, "host") || *setting(reader, "socket") ||
	    *setting(reader, "user") || *setting(reader, "source"))
		return from_settings(reader, main, replica, ret_has_replica);
	if (reader->source->file)
		return vp_sql_connection_file(reader->host, reader->source,
		    main, replica, ret_has_replica);
	return reader->host->fail(reader->host->vp, VA_NO_AUTH_CONNECTION, 0,
	    "there is no setting %s_source in vpopmail.conf",
	    reader->source->name);
}

int
vp_sql_logins(const struct vpop_store_host *host,
    const struct vp_sql_source *source, struct vp_sql_login *main,
    struct vp_sql_login *replica, int *ret_has_replica)
{
	const struct reader reader = { host, source };
	const char *replication = host->setting(host->vp, "mysql_replication");
	int code = take_tls(&reader, main);

	*ret_has_replica = 0;
	if (code == 0)
		code = take_limits(&reader, main);
	*replica = *main;
	if (code == 0)
		code = take_all(&reader, main, replica, ret_has_replica);
	if (!replication || strcmp(replication, "yes") != 0)
		*ret_has_replica = 0;
	replica->read_only = 1;
	return code;
}
