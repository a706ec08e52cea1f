/* A domain kept by the cdb store in the scratch folder. */
#ifndef TESTS_CDB_FILES_H
#define TESTS_CDB_FILES_H

#include <string.h>

#include "../store/host.h"
#include "files.h"
#include "store/cdb_int.h"
#include "store/stores.h"

static const struct vpop_store_ops *const ops = &vp_store_cdb;
static struct vpop_store *store;
static struct vpop_domain domain;

static const struct host_setting with_clear[] = { { "clear_passwd", "yes" },
	{ NULL, NULL } };
static const struct host_setting with_log[] = { { "cdb_small_domain", "0" },
	{ NULL, NULL } };

static inline void
begin_with(const struct host_setting *settings)
{
	host_settings = settings;
	domain = (struct vpop_domain){
		.name = "example.com",
		.real = "example.com",
		.uid = geteuid(),
		.gid = getegid(),
	};
	snprintf(domain.dir, sizeof domain.dir, "%s", scratch);
	ck_assert_msg(ops->open(&host, &store) == 0, "%s", host_message);
}

static inline void
put(const char *name, const char *gecos)
{
	struct vpop_user user = make_user(name, gecos);
	int r = ops->user_put(store, &domain, &user, 0);

	ck_assert_msg(r == 0, "put %s: %d %s", name, r, host_message);
}

static inline void
drop(const char *name)
{
	ck_assert_int_eq(ops->user_delete(store, &domain, name), 0);
}

/* gecos NULL: not there. */
static inline void
expect(const char *name, const char *gecos)
{
	struct vpop_user user;
	int r = ops->user_get(store, &domain, name, &user);

	ck_assert_msg(
	    r == (gecos != NULL), "get %s: %d %s", name, r, host_message);
	if (gecos)
		ck_assert_str_eq(user.gecos, gecos);
}

static inline const char *
list(const char *after)
{
	static char names[8192];
	struct vpop_store_users *users;
	struct vpop_user user;
	size_t used = 0;
	int r;

	names[0] = '\0';
	ck_assert_int_eq(ops->users_open(store, &domain, after, &users), 0);
	while ((r = ops->users_next(users, &user)) > 0) {
		used += (size_t)snprintf(names + used, sizeof names - used,
		    "%s%s", used ? " " : "", user.name);
		ck_assert_uint_lt(used, sizeof names);
	}
	ck_assert_int_eq(r, 0);
	ops->users_close(users);
	return names;
}

static unsigned long
count(void)
{
	unsigned long n = 99999;

	ck_assert_int_eq(ops->users_count(store, &domain, &n), 0);
	return n;
}

static inline int
is_there(const char *file)
{
	AUTO_CLOSE int fd = scratch_fd();

	return faccessat(fd, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline void
delete_file(const char *file)
{
	AUTO_CLOSE int fd = scratch_fd();

	ck_assert_int_eq(unlinkat(fd, file, 0), 0);
}

static inline void
fold(void)
{
	ck_assert_msg(ops->fold(store, &domain) == 0, "%s", host_message);
}

static char findings[4096];

static inline void
note(void *arg, const char *sentence)
{
	(void)arg;
	ck_assert_uint_lt(
	    strlen(findings) + strlen(sentence) + 2, sizeof findings);
	size_t used = strlen(findings);

	snprintf(findings + used, sizeof findings - used, "%s\n", sentence);
}

static inline int
check(void)
{
	findings[0] = '\0';
	return ops->check(store, &domain, note, NULL);
}

static inline void
expect_finding(const char *text)
{
	ck_assert_int_gt(check(), 0);
	ck_assert_msg(strstr(findings, text) != NULL, "%s", findings);
}

#endif
