/*
 * Stores that are shared objects: <store_dir>/<name>.so.
 *
 * A module runs with all rights of the program, often root's, so it is
 * loaded only if nobody but root and the vpopmail user can have written it,
 * or put it where it is; a link is followed, and where it leads is looked at
 * in the same way.  What it exports is believed field by field: first the
 * abi, then the size, and only then what the size says is there.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store.h"

#define SYMBOL   "vpop_store_module"
#define REQUIRED offsetof(struct vpop_store_ops, fold)
#define MAX_SIZE 65536 /* of a struct that is believed */

/* Older modules have smaller structs: fields may only be appended. */
_Static_assert(offsetof(struct vpop_store_module, ops) == 24,
    "struct vpop_store_module has changed");

static int
refuse(struct vpop *vp, const char *path, const char *why)
{
	return vp_fail(
	    vp, VA_NO_AUTH_MODULE, "store module '%s' %s", path, why);
}

/* ---- the file --------------------------------------------------------- */

static int
check_inode(struct vpop *vp, const char *path, int is_folder)
{
	AUTO_CLOSE int fd = open(
	    path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return vp_fail_errno(vp, VA_NO_AUTH_MODULE,
		    "cannot open %s '%s'",
		    is_folder ? "the folder of store modules" : "store module",
		    path);
	if (is_folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
		return refuse(vp, path, "is not a file in a folder");
	if (st.st_uid != 0 && st.st_uid != vp->uid)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "%s '%s' belongs to user %lu: it must be root's or that "
		    "of '%s'",
		    is_folder ? "the folder of store modules" : "store module",
		    path, (unsigned long)st.st_uid, vp->set.vpopuser);
	if (!vp_store_is_trusted(vp, &st))
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "%s '%s' can be written by others: chmod go-w",
		    is_folder ? "the folder of store modules" : "store module",
		    path);
	return 0;
}

/* The path that is to be loaded, malloc'd; NULL with the failure in
 * *ret_code. */
static char *
find_file(struct vpop *vp, const char *name, int *ret_code)
{
	AUTO_FREE char *path = NULL, *folder = NULL;
	char *real = NULL, *slash;

	*ret_code = VA_MEMORY_ALLOC_ERR;
	if (asprintf(&path, "%s/%s.so", vp->set.store_dir, name) < 0) {
		path = NULL;
		vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		return NULL;
	}
	if (path[0] != '/') {
		*ret_code = vp_fail(vp, VA_NO_AUTH_MODULE,
		    "setting store_dir: '%s' is not an absolute path",
		    vp->set.store_dir);
		return NULL;
	}
	real = realpath(path, NULL);
	folder = real ? strdup(real) : NULL;
	if (!folder) {
		*ret_code = vp_fail_errno(vp, VA_NO_AUTH_MODULE,
		    "there is no account store '%s': cannot find its module "
		    "'%s'",
		    name, path);
		free(real);
		return NULL;
	}
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	AUTO_FREE char *base = realpath(vp->set.store_dir, NULL);
	*ret_code = base ? check_inode(vp, base, 1)
			 : vp_fail_errno(vp, VA_NO_AUTH_MODULE,
			       "cannot find '%s'", vp->set.store_dir);
	if (*ret_code == 0)
		*ret_code = check_inode(vp, folder, 1);
	if (*ret_code == 0)
		*ret_code = check_inode(vp, real, 0);
	if (*ret_code == 0)
		return real;
	free(real);
	return NULL;
}

/* ---- what it exports -------------------------------------------------- */

static int
check_header(struct vpop *vp, const char *path, const char *what, uint32_t abi,
    uint32_t size, size_t least)
{
	if (abi != VPOP_STORE_ABI)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "store module '%s': its %s has version %u of the "
		    "interface, this program %u: build it for this release",
		    path, what, abi, VPOP_STORE_ABI);
	if (size < least || size > MAX_SIZE)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "store module '%s': its %s has %u bytes where at least "
		    "%zu are needed: build it for this release",
		    path, what, size, least);
	return 0;
}

static int
check_names(struct vpop *vp, const char *path, const char *name,
    const struct vpop_store_module *module)
{
	if (!module->name || strcmp(module->name, name) != 0)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "store module '%s' is that of the store '%s', not of '%s'",
		    path, module->name ? module->name : "", name);
	if (!module->version || !*module->version)
		return refuse(vp, path, "does not say its version");
	/* Older ones are told by the sizes; what a newer one expects of its
	 * host is unknown. */
	if (strverscmp(module->version, PACKAGE_VERSION) > 0)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "store module '%s' was built for release %s, this is %s: "
		    "build it for this release",
		    path, module->version, PACKAGE_VERSION);
	if (!module->ops)
		return refuse(vp, path, "has no calls");
	return 0;
}

static int
has_required(const struct vpop_store_ops *ops)
{
	return ops->open && ops->close && ops->domain_add &&
	       ops->domain_delete && ops->user_get && ops->user_put &&
	       ops->user_delete && ops->begin && ops->commit && ops->rollback &&
	       ops->users_open && ops->users_next && ops->users_close &&
	       ops->users_count;
}

static int
take_ops(struct vpop *vp, const char *path, const char *name,
    const struct vpop_store_ops *theirs, struct vpop_store_ops *ret_ops)
{
	struct vpop_store_ops ops = { .abi = 0 };
	int code = check_header(vp, path, "struct vpop_store_ops", theirs->abi,
	    theirs->size, REQUIRED);

	if (code != 0)
		return code;
	memcpy(&ops, theirs,
	    theirs->size < sizeof ops ? theirs->size : sizeof ops);
	if (!ops.name || strcmp(ops.name, name) != 0)
		return refuse(vp, path, "has the calls of another store");
	if (!has_required(&ops))
		return refuse(vp, path, "lacks a call that every store has");
	*ret_ops = ops;
	return 0;
}

static int
take(struct vpop *vp, const char *path, const char *name,
    const struct vpop_store_module *module, struct vpop_store_ops *ret_ops)
{
	if (!module)
		return refuse(vp, path, "does not export " SYMBOL);
	int code = check_header(vp, path, "struct " SYMBOL, module->abi,
	    module->size, sizeof *module);
	if (code == 0)
		code = check_names(vp, path, name, module);
	return code == 0 ? take_ops(vp, path, name, module->ops, ret_ops)
			 : code;
}

/* Database libraries leave threads and exit handlers behind: the code stays
 * until the program ends. */
static int
load(struct vpop *vp, const char *path, const char *name,
    struct vpop_store_ops *ret_ops)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (!object)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "cannot load store module: %s", dlerror());
	int code = take(vp, path, name, dlsym(object, SYMBOL), ret_ops);
	dlclose(object);
	return code;
}

int
vp_store_module(
    struct vpop *vp, const char *name, struct vpop_store_ops *ret_ops)
{
	int code;
	AUTO_FREE char *path = find_file(vp, name, &code);

	return path ? load(vp, path, name, ret_ops) : code;
}

int
vp_store_check_kinds(
    struct vpop *vp, const struct vpop_store_ops *ops, unsigned kinds)
{
	const int rows = ops->rows_open && ops->rows_next && ops->rows_close;

	if ((kinds == 0 || rows) &&
	    (!(kinds & VPOP_KEEP_ALIASES) ||
		(ops->alias_insert && ops->alias_delete)) &&
	    (!(kinds & VPOP_KEEP_LIMITS) ||
		(ops->limits_get && ops->limits_put)) &&
	    (!(kinds & VPOP_KEEP_LASTAUTH) ||
		(ops->lastauth_get && ops->lastauth_put)) &&
	    (!(kinds & VPOP_KEEP_DIRCONTROL) ||
		(ops->dircontrol_get && ops->dircontrol_put)) &&
	    (!(kinds & VPOP_KEEP_IPMAP) ||
		(ops->ipmap_get && ops->ipmap_put)) &&
	    (!(kinds & VPOP_KEEP_RELAY) ||
		(ops->relay_put && ops->relay_expire)) &&
	    (!(kinds & VPOP_KEEP_AUTHLOG) ||
		(ops->authlog_add && ops->authlog_expire)) &&
	    (!(kinds & VPOP_KEEP_ALIASDOMAINS) || ops->aliasdomain_put))
		return 0;
	return vp_fail(vp, VA_NO_AUTH_MODULE,
	    "store '%s' lacks a call for the records it says it keeps",
	    ops->name);
}
