/*
 * vmodule: looks at a module's folder, and runs the module's program through
 * what any host may expect of it; or switches one of this host on and off.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "panel/module/conform.h"
#include "panel/module/link.h"
#include "panel/module/schema.h"
#include "panel/module/values.h"
#include "vpop.h"

#define SOCKET  "var/modules.sock"
#define SECONDS 10

enum { EXIT_OK, EXIT_FAILED, EXIT_TROUBLE = 111, EXIT_USAGE = 255 };

static const char usage[] =
    "vmodule: usage: test [--settings=file] folder\n"
    "                enable|disable module\n"
    "options: --settings=file (settings of the module, JSON)\n"
    "         --help (print this text)\n"
    "         --version (print the version and exit)\n"
    "test checks the manifest and the schemas in the folder of a module, runs\n"
    "its program in a folder of its own and prints what is right and wrong.\n"
    "enable and disable switch a module of this host on and off.\n";

static int
trouble(const char *what, const char *why)
{
	fprintf(stderr, "vmodule: %s: %s\n", what, why);
	return EXIT_TROUBLE;
}

static json_t *
read_settings(const char *path)
{
	json_error_t error;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fprintf(stderr, "vmodule: %s: %s\n", path, error.text);
	return json;
}

static int
run_in(const struct vp_manifest *manifest, json_t *settings, char *state)
{
	struct vp_module module = {
		.manifest = manifest,
		.state = state,
		.settings = settings,
	};
	struct vp_conform run = { .module = &module };

	vp_conform_run(&run);
	vp_module_kill(&module);
	return run.failed == 0 ? EXIT_OK : EXIT_FAILED;
}

/* In a folder that is removed afterwards. */
static int
test(const struct vp_manifest *manifest, json_t *settings)
{
	const char *parent = secure_getenv("TMPDIR");
	AUTO_CLOSE int dirfd = -1;
	AUTO_FREE char *state = NULL;
	int status;

	if (!parent || !*parent)
		parent = P_tmpdir;
	dirfd = vp_dir_open(parent);
	if (dirfd < 0 || asprintf(&state, "%s/vmodule.XXXXXX", parent) < 0) {
		state = NULL;
		return trouble(parent, strerror(errno));
	}
	if (!mkdtemp(state))
		return trouble(state, strerror(errno));
	status = run_in(manifest, settings, state);
	if (vp_dir_remove(dirfd, strrchr(state, '/') + 1) != 0)
		return trouble(state, strerror(errno));
	return status;
}

/* 0 if the module takes them. */
static int
check_settings(const struct vp_manifest *manifest, json_t *settings)
{
	struct vp_schema_error error;

	if (!settings)
		return 0;
	if (!manifest->settings) {
		fputs("vmodule: the module has no settings\n", stderr);
		return -1;
	}
	if (vp_schema_validate(manifest->settings, settings, &error) == 0)
		return 0;
	fprintf(
	    stderr, "vmodule: settings: '%s' %s\n", error.pointer, error.words);
	return -1;
}

static int
load_and_test(const char *folder, const char *settings_file)
{
	struct vp_manifest manifest;
	char error[VP_MODULE_ERROR];
	json_t *settings = NULL;
	int status;

	if (settings_file && !(settings = read_settings(settings_file)))
		return EXIT_TROUBLE;
	if (vp_manifest_load(folder, &manifest, error) == 0) {
		status = check_settings(&manifest, settings) == 0
			     ? test(&manifest, settings)
			     : EXIT_TROUBLE;
		vp_manifest_free(&manifest);
	} else {
		printf("not ok 1 - the folder\n# %s\n1..1\n", error);
		status = EXIT_FAILED;
	}
	json_decref(settings);
	return status;
}

/* ---- switching --------------------------------------------------------- */

static int
is_name(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
					  "0123456789-")] == '\0';
}

/* The server reads it again; without one it does so when it starts. */
static void
tell_server(const char *home)
{
	AUTO_FREE char *path = NULL;
	struct vp_module_link link = { .fd = -1 };
	struct vp_module_answer answer;

	if (asprintf(&path, "%s/" SOCKET, home) < 0) {
		path = NULL;
		return;
	}
	link.socket = path;
	vp_module_link_ask(&link, NULL, "reload", NULL, SECONDS, &answer);
	if (answer.outcome != VP_MODULE_DONE)
		fprintf(stderr,
		    "vmodule: vhostadmind is not told: %s; it will know when "
		    "it starts\n",
		    answer.words);
	vp_module_answer_free(&answer);
	vp_module_link_close(&link);
}

static int
turn(const char *home, const char *name, int is_off)
{
	AUTO_FREE char *folder = NULL;

	if (asprintf(&folder, "%s/etc/modules", home) < 0) {
		folder = NULL;
		return trouble(name, "out of memory");
	}
	if (vp_module_is_off(folder, name) == is_off)
		return trouble(
		    name, is_off ? "it is disabled" : "it is enabled");
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return trouble(folder, strerror(errno));
	if (vp_module_switch(folder, name, is_off) != 0)
		return trouble(folder, strerror(errno));
	tell_server(home);
	return EXIT_OK;
}

static int
switch_module(const char *name, int is_off)
{
	struct vpop *vp = NULL;
	int status;

	if (!is_name(name))
		return trouble(name, "this is no name of a module");
	if (vpop_open(&vp, 0) != 0)
		status =
		    trouble("settings", vp ? vpop_message(vp) : "no memory");
	else
		status = turn(vpop_home(vp), name, is_off);
	vpop_close(vp);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "settings", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	const char *settings = NULL;
	int c;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			settings = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_OK;
		case 'v':
			puts("version: " PACKAGE_VERSION);
			return EXIT_OK;
		default:
			fputs(usage, stdout);
			return EXIT_USAGE;
		}
	}
	if (argc - optind == 2 && strcmp(argv[optind], "test") == 0)
		return load_and_test(argv[optind + 1], settings);
	if (argc - optind == 2 && !settings &&
	    (strcmp(argv[optind], "enable") == 0 ||
		strcmp(argv[optind], "disable") == 0))
		return switch_module(
		    argv[optind + 1], strcmp(argv[optind], "disable") == 0);
	fputs(usage, stdout);
	return EXIT_USAGE;
}
