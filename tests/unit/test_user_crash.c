/* What crashes leave of a change of accounts. */
#include "config.h"

#include "accounts.h"

static int64_t
intend(const char *event, const char *name, json_t *new, json_t *plan)
{
	struct vp_intent one = {
		.event = event, .domain = DOMAIN, .new = new, .plan = plan
	};
	char *object = vp_user_object(name, DOMAIN);

	ck_assert_ptr_nonnull(plan);
	one.object = object;
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_intend(vp, &one, 1), 0);
	free(object);
	json_decref(new);
	json_decref(plan);
	return one.id;
}

START_TEST(add_that_made_a_directory_only)
{
	start();
	ck_assert_int_eq(add("a1"), 0);
	intend("user.created", "bob", NULL,
	    json_pack(
		"{s:s, s:s, s:i}", "name", "bob", "rel", "0", "users", 2));
	site_mkdir(DIR "/0");
	site_mkdir(DIR "/0/bob");
	site_mkdir(DIR "/0/bob/Maildir");
	site_mkdir(DIR "/0/bob/Maildir/new");
	/* The next change settles it and takes the name. */
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(exists(DIR "/0/bob"), 0);
	ck_assert_int_eq(exists(DIR "/bob"), 1);
	all_is_settled(2);
}
END_TEST

START_TEST(add_undone_keeps_what_is_not_empty)
{
	start();
	intend("user.created", "bob", NULL,
	    json_pack("{s:s, s:s}", "name", "bob", "rel", ""));
	site_mkdir(DIR "/bob");
	site_write(DIR "/bob/letter", "keep me");
	all_is_settled(0);
	ck_assert_int_eq(exists(DIR "/bob/letter"), 1);
}
END_TEST

START_TEST(add_that_stored_the_record)
{
	char *control;

	start();
	ck_assert_int_eq(add("a1"), 0);
	control = site_read(DIR "/.dir-control");
	ck_assert_int_eq(add("bob"), 0);
	/* As if it had died before the tree was saved. */
	site_write(DIR "/.dir-control", control);
	char *path = site_path(DIR "/bob/lastauth");
	ck_assert_int_eq(unlink(path), 0);
	intend("user.created", "bob", NULL,
	    json_pack("{s:s, s:s, s:i}", "name", "bob", "rel", "", "users", 2));
	all_is_settled(2);
	ck_assert_int_eq(exists(DIR "/bob/lastauth"), 1);
	/* And after it was saved: not counted twice. */
	intend("user.created", "bob", NULL,
	    json_pack("{s:s, s:s, s:i}", "name", "bob", "rel", "", "users", 2));
	all_is_settled(2);
	free(control);
	free(path);
}
END_TEST

START_TEST(delete_before_and_after_the_record)
{
	struct vp_place place;
	struct vpop_user found;
	int64_t id;

	start();
	ck_assert_int_eq(add("a1"), 0);
	ck_assert_int_eq(add("bob"), 0);
	for (int moved = 0; moved <= 1; moved++) {
		id = intend("user.deleted", "bob", NULL,
		    json_pack("{s:s, s:s, s:s, s:i}", "name", "bob", "rel", "",
			"path", "bob", "users", 1));
		all_is_settled(2);
		ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);

		id = intend("user.deleted", "bob", NULL,
		    json_pack("{s:s, s:s, s:s, s:i}", "name", "bob", "rel", "",
			"path", "bob", "users", 1));
		ck_assert_int_eq(vp_place_open(vp, DOMAIN, &place), 0);
		place.lock = vp_domain_lock(vp, &place.domain, place.dirfd, 1);
		ck_assert_int_eq(
		    place.ops->user_delete(place.store, &place.domain, "bob"),
		    0);
		if (moved) {
			char aside[64];

			snprintf(aside, sizeof aside, ".deleted-%lld",
			    (long long)id);
			ck_assert_int_eq(
			    renameat(place.dirfd, "bob", place.dirfd, aside),
			    0);
		}
		vp_place_close(&place);
		/* A plain rerun: it is gone, with all it had. */
		ck_assert_int_eq(vpop_user_delete(vp, "bob", DOMAIN, 0),
		    VA_USER_DOES_NOT_EXIST);
		ck_assert_int_eq(exists(DIR "/bob"), 0);
		all_is_settled(1);
		ck_assert_int_eq(add("bob"), 0);
		all_is_settled(2);
	}
}
END_TEST

START_TEST(modify_before_and_after_the_record)
{
	struct vpop_user found;
	char sum[VP_SUM_SIZE], *text;
	struct vpop_user_change change = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_QUOTA,
		.quota = "100C" };

	start();
	ck_assert_int_eq(add("bob"), 0);
	intend("user.quota.changed", "bob", json_pack("{s:s}", "quota", "9C"),
	    json_pack("{s:s, s:s}", "name", "bob", "sum", "0"));
	all_is_settled(1);
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);
	ck_assert_int_eq(vp_user_sum(vp, &found, sum), 0);
	site_write(DIR "/bob/Maildir/maildirsize", "1C\n0 0\n");
	intend("user.quota.changed", "bob", json_pack("{s:s}", "quota", "100C"),
	    json_pack("{s:s, s:s}", "name", "bob", "sum", sum));
	all_is_settled(1);
	text = site_read(DIR "/bob/Maildir/maildirsize");
	ck_assert_str_eq(text, "100C\n0 0\n");
	free(text);
}
END_TEST

/* Plans are data from a file: nothing in them leads outside. */
START_TEST(bad_plans_do_no_harm)
{
	size_t left;

	start();
	site_domain("b.test", "b.test");
	site_mkdir("home/domains/b.test/bob");
	intend("user.created", "bob", NULL,
	    json_pack("{s:s, s:s}", "name", "bob", "rel", "../b.test"));
	intend("user.deleted", "bob", NULL,
	    json_pack("{s:s, s:s, s:s}", "name", "bob", "rel", "", "path",
		"../b.test/bob"));
	intend("user.deleted", "bob", NULL,
	    json_pack("{s:s, s:s}", "name", "../../x", "path", "x"));
	intend("user.deleted", "bob", NULL, json_pack("[]"));
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_int_ge(left, 1);
	ck_assert_int_eq(exists("home/domains/b.test/bob"), 1);
	/* They do not keep anybody from working. */
	ck_assert_int_eq(add("bob"), 0);
}
END_TEST

START_TEST(no_secret_in_the_journal)
{
	struct vpop_user_change change = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_SECRET,
		.secret = { VPOP_SECRET_CLEAR, "Hush.Hush.42" } };

	ck_assert_int_eq(
	    site_open("auth_module = cdb\nclear_passwd = yes\n"), 0);
	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	change.secret.text = "Hush.Hush.43";
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_delete(vp, "bob", DOMAIN, 0), 0);
	for (int i = 0; i < 2; i++) {
		static const char *const files[] = { "home/var/journal.sqlite",
			"home/var/journal.sqlite-wal" };
		char *file = site_path(files[i]);
		AUTO_FREE char *bytes = malloc(1 << 20);
		FILE *fp = fopen(file, "r");
		size_t size = fp ? fread(bytes, 1, 1 << 20, fp) : 0;

		ck_assert_ptr_null(memmem(bytes, size, "Hush", 4));
		ck_assert_ptr_null(memmem(bytes, size, "$y$", 3));
		ck_assert_ptr_null(memmem(bytes, size, "abcdefgh", 8));
		if (fp)
			fclose(fp);
		free(file);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { add_that_made_a_directory_only,
		add_undone_keeps_what_is_not_empty, add_that_stored_the_record,
		delete_before_and_after_the_record,
		modify_before_and_after_the_record, bad_plans_do_no_harm,
		no_secret_in_the_journal, NULL };

	return site_main("user_crash", tests);
}
