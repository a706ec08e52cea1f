/* Suspended domains: what the file says, who is let in, and what remains after
 * an interruption. */
#include "config.h"

#include "core/suspend.h"

#include "accounts.h"
#include "core/login.h"

#define FILE_OF DIR "/" VP_SUSPENDED
#define SECRET  "orange-Kettle-27"

static void
start_with_ann(void)
{
	const struct vpop_user_new user = { .name = "ann",
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_CLEAR, SECRET } };

	start();
	ck_assert_int_eq(vpop_user_add(vp, &user), 0);
}

static int
login(const char *secret)
{
	const struct vp_login login = { .name = "ann@" DOMAIN,
		.secret = secret,
		.service = VP_IMAP,
		.peer = "" };
	struct vp_session session;

	return (int)vp_login(vp, &login, &session);
}

START_TEST(says_why)
{
	char reason[VPOP_REASON_SIZE];

	start_with_ann();
	ck_assert_int_eq(vpop_domain_is_suspended(vp, DOMAIN, reason), 0);
	ck_assert_int_eq(vpop_domain_suspend(vp, DOMAIN, "not paid"), 0);
	ck_assert_int_eq(vpop_domain_is_suspended(vp, DOMAIN, reason), 1);
	ck_assert_str_eq(reason, "not paid");
	ck_assert_int_eq(vpop_domain_suspend(vp, DOMAIN, ""), 0);
	ck_assert_int_eq(vpop_domain_is_suspended(vp, DOMAIN, reason), 1);
	ck_assert_str_eq(reason, "");
	ck_assert_int_eq(vpop_domain_resume(vp, DOMAIN), 0);
	ck_assert_int_eq(vpop_domain_is_suspended(vp, DOMAIN, NULL), 0);
	ck_assert_int_eq(vpop_domain_resume(vp, DOMAIN), 0);
}
END_TEST

START_TEST(lets_nobody_in)
{
	struct vpop_user user;

	start_with_ann();
	ck_assert_int_eq(login(SECRET), VP_LOGIN_OK);
	ck_assert_int_eq(
	    vpop_authenticate(vp, "ann@" DOMAIN, SECRET, &user), 0);
	ck_assert_int_eq(vpop_domain_suspend(vp, DOMAIN, ""), 0);
	ck_assert_int_eq(login(SECRET), VP_LOGIN_FORBIDDEN);
	ck_assert_int_eq(login("x"), VP_LOGIN_BAD_SECRET);
	ck_assert_int_eq(vpop_authenticate(vp, "ann@" DOMAIN, SECRET, &user),
	    VA_AUTH_FAILED);
	ck_assert_str_eq(vpop_message(vp), "domain '" DOMAIN "' is suspended");
	ck_assert_int_eq(vpop_domain_resume(vp, DOMAIN), 0);
	ck_assert_int_eq(login(SECRET), VP_LOGIN_OK);
}
END_TEST

START_TEST(learns_nothing)
{
	const struct vpop_user_new user = { .name = "ann",
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_EMPTY, NULL } };

	ck_assert_int_eq(
	    site_open("auth_module = cdb\nlearn_passwords = yes\n"), 0);
	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(vpop_user_add(vp, &user), 0);
	ck_assert_int_eq(vpop_domain_suspend(vp, DOMAIN, ""), 0);
	ck_assert_int_eq(login(SECRET), VP_LOGIN_NO_PASSWORD);
	ck_assert_int_eq(vpop_domain_resume(vp, DOMAIN), 0);
	ck_assert_int_eq(login("another-Kettle-28"), VP_LOGIN_OK);
	ck_assert_int_eq(login(SECRET), VP_LOGIN_BAD_SECRET);
}
END_TEST

START_TEST(refuses)
{
	char reason[VPOP_REASON_SIZE + 1];

	start();
	memset(reason, 'x', sizeof reason);
	reason[VPOP_REASON_SIZE] = '\0';
	ck_assert_int_eq(
	    vpop_domain_suspend(vp, DOMAIN, reason), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(
	    vpop_domain_suspend(vp, DOMAIN, "a\nb"), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(
	    vpop_domain_suspend(vp, "no.test", ""), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_domain_resume(vp, "no.test"), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_domain_is_suspended(vp, "no.test", NULL),
	    VA_DOMAIN_DOES_NOT_EXIST);
	vp->flags = VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(vpop_domain_suspend(vp, DOMAIN, ""), 0);
	ck_assert_int_eq(exists(FILE_OF), 0);
}
END_TEST

/* What is no file of ours must not open the domain. */
START_TEST(could_not_find_out)
{
	start_with_ann();
	site_mkdir(FILE_OF);
	ck_assert_int_lt(vpop_domain_is_suspended(vp, DOMAIN, NULL), 0);
	ck_assert_int_eq(login(SECRET), VP_LOGIN_TEMPORARY);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { says_why, lets_nobody_in, learns_nothing,
		refuses, could_not_find_out, NULL };

	return site_main("suspend", tests);
}
