/* A domain on cdb files whose accounts are added, changed and deleted. */
#ifndef TESTS_UNIT_ACCOUNTS_H
#define TESTS_UNIT_ACCOUNTS_H

#include "core/user_run.h"

#include "base/text.h"
#include "core/limits.h"
#include "core/userdir.h"
#include "site.h"

#define DOMAIN "a.test"
#define DIR    "home/domains/" DOMAIN

static __attribute__((unused)) void
start(void)
{
	ck_assert_int_eq(site_open("auth_module = cdb\n"), 0);
	site_domain(DOMAIN, DOMAIN);
}

static __attribute__((unused)) int
exists(const char *name)
{
	char *path = site_path(name);
	struct stat st;
	int there = lstat(path, &st) == 0;

	free(path);
	return there;
}

static __attribute__((unused)) int
add(const char *name)
{
	const struct vpop_user_new user = { .name = name,
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_HASH, "$1$abcdefgh$x" } };

	return vpop_user_add(vp, &user);
}

static __attribute__((unused)) unsigned long
counted(void)
{
	char *text = site_read(DIR "/.dir-control");
	unsigned long count = text ? strtoul(text, NULL, 10) : 0;

	free(text);
	return count;
}

/* No change is pending, and the tree counts what there is. */
static __attribute__((unused)) void
all_is_settled(unsigned long accounts)
{
	unsigned long count;
	size_t left = 9;

	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 0);
	ck_assert_int_eq(vpop_users_count(vp, DOMAIN, &count), 0);
	ck_assert_uint_eq(count, accounts);
	ck_assert_uint_eq(counted(), accounts);
}

/* ---- adding ----------------------------------------------------------- */

#endif
