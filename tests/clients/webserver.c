/*
 * The server that loads the module.
 *
 *     webserver MODULE USER DOMAIN PASSWORD
 */
#include <dlfcn.h>

#include "check.h"

int
main(int argc, char **argv)
{
	union {
		void *object;
		int (*function)(char *, char *, const char *);
	} check;
	void *module;

	if (argc != 5)
		return 2;
	module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (!module) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	check.object = dlsym(module, "webmodule_check");
	if (!check.object)
		return 1;
	CHECK("right", check.function(argv[2], argv[3], argv[4]) == 1);
	CHECK("wrong", check.function(argv[2], argv[3], "wrong") == 0);
	CHECK("unknown", check.function("no-one", argv[3], "x") == -1);
	dlclose(module);
	return failed;
}
