/* Several modules: their order, and changes made by all or by none. */
#include "config.h"

#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/child.h"
#include "panel/module/set.h"

static struct vp_module_set set;
static char error[VP_MODULE_ERROR];

/* By the shell functions that the black-box tests use. */
static void
make_with(
    const char *name, const char *fault, const char *more, const char *resource)
{
	static const char *const argv[] = { "/bin/sh", "-c",
		". \"${srcdir:-.}/tests/panel/modules.sh\" && "
		"module_make \"$NAME\" \"$FAULT\" \"$MORE\" \"$THINGS\" && "
		"mkdir -p \"$MODULES/../state/$NAME\"",
		NULL };
	char folder[128];

	snprintf(folder, sizeof folder, "%s/modules", scratch);
	setenv("MODULES", folder, 1);
	setenv("NAME", name, 1);
	setenv("FAULT", fault, 1);
	setenv("MORE", more, 1);
	setenv("THINGS", resource, 1);

	const struct vp_child child = { .argv = argv,
		.envp = environ,
		.fd0 = -1,
		.fd1 = -1,
		.fd2 = STDERR_FILENO,
		.dirfd = -1 };
	ck_assert_int_eq(vp_child_run(&child), 0);
}

/* With a resource of its own. */
static void
make(const char *name, const char *fault, const char *more)
{
	char resource[64];

	snprintf(resource, sizeof resource, "things-of-%s", name);
	make_with(name, fault, more, resource);
}

static void
load(void)
{
	char folder[128], state[128];

	signal(SIGPIPE, SIG_IGN);
	snprintf(folder, sizeof folder, "%s/modules", scratch);
	snprintf(state, sizeof state, "%s/state", scratch);
	ck_assert_int_eq(
	    vp_module_set_load(folder, state, folder, &set, error), 0);
}

static json_t *
thing(const char *job)
{
	return json_pack("{s:s, s:s, s:s, s:n, s:{s:s, s:i}}", "resource",
	    "things", "key", "one", "job", job, "old", "new", "name", "one",
	    "size", 1);
}

/* 1 if the module has the thing. */
static int
has(const char *name)
{
	struct vp_module_answer answer;
	json_t *parameters =
	    json_pack("{s:s, s:s}", "resource", "things", "key", "one");

	vp_module_call(vp_module_find(&set, name), "get", parameters, &answer);
	json_decref(parameters);
	vp_module_answer_free(&answer);
	ck_assert_int_ne(answer.outcome, VP_MODULE_BROKEN);
	return answer.outcome == VP_MODULE_DONE;
}

static void
ask(void *module, const char *verb, json_t *parameters,
    struct vp_module_answer *ret)
{
	vp_module_call(module, verb, parameters, ret);
}

/* The same step by the modules a, b and c. */
static enum vp_module_outcome
setup(struct vp_module_step steps[3], size_t *which,
    struct vp_module_answer *answer)
{
	static const char *const names[] = { "a", "b", "c" };
	json_t *parameters = thing("job-1");

	memset(steps, 0, 3 * sizeof *steps);
	for (int i = 0; i < 3; i++) {
		steps[i].module = vp_module_find(&set, names[i]);
		ck_assert_ptr_nonnull(steps[i].module);
		steps[i].verb = "setup";
		steps[i].parameters = parameters;
	}
	enum vp_module_outcome outcome =
	    vp_module_transact(steps, 3, ask, which, answer);
	json_decref(parameters);
	return outcome;
}

START_TEST(one_path)
{
	make_with("b", "", "", "things");
	make_with("a", "", "", "things");
	make("c", "", "");
	load();
	ck_assert_str_eq(error,
	    "the module 'b' is left out: its resource 'things' is one of 'a' "
	    "already");
	ck_assert_uint_eq(set.count, 2);
	ck_assert_str_eq(set.manifests[0].name, "a");
	ck_assert_str_eq(set.manifests[1].name, "c");
}
END_TEST

START_TEST(values)
{
	char path[160];
	FILE *fp;

	make("a", "", "\"settings\": \"thing.json\",");
	make("b", "", "\"settings\": \"thing.json\",");
	snprintf(path, sizeof path, "%s/modules/a.json", scratch);
	fp = fopen(path, "w");
	ck_assert_ptr_nonnull(fp);
	fputs("{\"name\": \"one\", \"size\": 5}", fp);
	fclose(fp);
	load();
	ck_assert_str_eq(error, "");
	ck_assert_int_eq(json_integer_value(json_object_get(
			     vp_module_find(&set, "a")->settings, "size")),
	    5);
	ck_assert_ptr_null(vp_module_find(&set, "b")->settings);
	vp_module_set_close(&set);
	fp = fopen(path, "w");
	fputs("{\"name\": \"one\", \"size\": \"five\"}", fp);
	fclose(fp);
	load();
	ck_assert_ptr_nonnull(strstr(error, "/size"));
	ck_assert_uint_eq(set.count, 1);
	vp_module_set_close(&set);
	ck_assert_int_eq(chmod(path, 0666), 0);
	load();
	ck_assert_ptr_nonnull(strstr(error, "chmod go-w"));
}
END_TEST

START_TEST(order)
{
	make("a", "", "\"requires\": [\"c\"],");
	make("b", "", "");
	make("c", "", "\"requires\": [\"d\"],");
	make("d", "", "");
	load();
	ck_assert_str_eq(error, "");
	ck_assert_uint_eq(set.count, 4);
	ck_assert_str_eq(set.manifests[0].name, "b");
	ck_assert_str_eq(set.manifests[1].name, "d");
	ck_assert_str_eq(set.manifests[2].name, "c");
	ck_assert_str_eq(set.manifests[3].name, "a");
	ck_assert_ptr_eq(
	    vp_module_find(&set, "c")->manifest, &set.manifests[2]);
	ck_assert_ptr_null(vp_module_find(&set, "e"));
	vp_module_set_close(&set);
}
END_TEST

START_TEST(order_without_end)
{
	make("a", "", "\"requires\": [\"c\"],");
	make("b", "", "\"requires\": [\"none\"],");
	make("c", "", "\"requires\": [\"a\"],");
	make("d", "", "");
	load();
	ck_assert_uint_eq(set.count, 1);
	ck_assert_str_eq(set.manifests[0].name, "d");
	ck_assert_ptr_nonnull(strstr(error, "requires modules"));
	vp_module_set_close(&set);
}
END_TEST

START_TEST(bad_one_left_out)
{
	make("a", "", "");
	make("b", "", "\"colour\": 1,");
	load();
	ck_assert_uint_eq(set.count, 1);
	ck_assert_ptr_nonnull(strstr(error, "'/colour' is not known"));
	vp_module_set_close(&set);
}
END_TEST

START_TEST(all)
{
	struct vp_module_step steps[3];
	struct vp_module_answer answer;
	size_t which;

	make("a", "", "");
	make("b", "", "");
	make("c", "", "");
	load();
	ck_assert_int_eq(setup(steps, &which, &answer), VP_MODULE_DONE);
	vp_module_answer_free(&answer);
	ck_assert_int_eq(has("a") + has("b") + has("c"), 3);
	vp_module_set_close(&set);
}
END_TEST

/* The last module has the fault; what the first two made is taken back. */
static const struct {
	const char *fault;
	enum vp_module_outcome outcome;
	const char *words;
} faults[] = {
	{ "never", VP_MODULE_REFUSED, "enough is enough" },
	{ "cannot-make", VP_MODULE_REFUSED, "cannot make it" },
	{ "dies-after", VP_MODULE_BROKEN, "has ended" },
	{ "hangs", VP_MODULE_BROKEN, "no answer" },
	{ "floods", VP_MODULE_BROKEN, "more than" },
	{ "mixes-up", VP_MODULE_BROKEN, "another request" },
};

START_TEST(nothing)
{
	struct vp_module_step steps[3];
	struct vp_module_answer answer;
	size_t which = 9;

	make("a", "", "");
	make("b", "", "");
	make("c", faults[_i].fault, "");
	load();
	ck_assert_int_eq(setup(steps, &which, &answer), faults[_i].outcome);
	ck_assert_uint_eq(which, 2);
	ck_assert_ptr_nonnull(strstr(answer.words, faults[_i].words));
	ck_assert_int_eq(has("a") + has("b"), 0);
	ck_assert_int_eq(steps[0].is_broken + steps[1].is_broken, 0);
	/* It had made its step before it died, and has taken it back. */
	if (strcmp(faults[_i].fault, "dies-after") == 0)
		ck_assert_int_eq(has("c") + steps[2].is_broken, 0);
	vp_module_set_close(&set);
}
END_TEST

START_TEST(cannot_take_back)
{
	struct vp_module_step steps[3];
	struct vp_module_answer answer;
	size_t which = 9;

	make("a", "", "");
	make("b", "cannot-undo", "");
	make("c", "cannot-make", "");
	load();
	ck_assert_int_eq(setup(steps, &which, &answer), VP_MODULE_REFUSED);
	ck_assert_int_eq(steps[1].is_broken, 1);
	ck_assert_str_eq(steps[1].words, "cannot take it back");
	ck_assert_int_eq(has("a"), 0);
	ck_assert_int_eq(has("b"), 1);
	vp_module_set_close(&set);
}
END_TEST

/* What a program started itself does not outlive it. */
START_TEST(children_end)
{
	struct vp_module_answer answer;

	make("a", "starts-others", "");
	load();
	vp_module_call(&set.modules[0], "check", NULL, &answer);
	ck_assert_int_eq(answer.outcome, VP_MODULE_DONE);
	vp_module_answer_free(&answer);
	pid_t group = set.modules[0].pid;
	ck_assert_int_eq(kill(-group, 0), 0);
	vp_module_kill(&set.modules[0]);
	/* Killed ones may be waiting to be reaped by the system's first
	 * process. */
	for (int i = 0; i < 500 && kill(-group, 0) == 0; i++)
		usleep(10000);
	ck_assert_int_eq(kill(-group, 0), -1);
	vp_module_set_close(&set);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("module");
	TCase *tcase = tcase_create("module");

	tcase_add_checked_fixture(tcase, scratch_make, scratch_remove);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, one_path);
	tcase_add_test(tcase, values);
	tcase_add_test(tcase, order);
	tcase_add_test(tcase, order_without_end);
	tcase_add_test(tcase, bad_one_left_out);
	tcase_add_test(tcase, all);
	tcase_add_loop_test(
	    tcase, nothing, 0, (int)(sizeof faults / sizeof *faults));
	tcase_add_test(tcase, cannot_take_back);
	tcase_add_test(tcase, children_end);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
