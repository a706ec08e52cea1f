/*
 * vmodule: looks at a module's folder, and runs the module's program through
 * what any host may expect of it.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "panel/module/conform.h"
#include "panel/module/schema.h"

enum { EXIT_OK, EXIT_FAILED, EXIT_TROUBLE = 111, EXIT_USAGE = 255 };

static const char usage[] =
    "vmodule: usage: test [--settings=file] folder\n"
    "options: --settings=file (settings of the module, JSON)\n"
    "         --help (print this text)\n"
    "         --version (print the version and exit)\n"
    "test checks the manifest and the schemas in the folder of a module, runs\n"
    "its program in a folder of its own and prints what is right and wrong.\n";

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
	if (argc - optind != 2 || strcmp(argv[optind], "test") != 0) {
		fputs(usage, stdout);
		return EXIT_USAGE;
	}
	return load_and_test(argv[optind + 1], settings);
}
