/* Loading all modules, and putting them in order. */
#include "config.h"

#include "panel/module/set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "panel/module/values.h"

#define MAX_MODULES 64

/* What is being loaded. */
struct load {
	struct vp_module_set *set;
	const char *folder, *state, *settings;
	char *error; /* of the last module that is left out */
};

static int
by_name(const void *a, const void *b)
{
	const struct vp_manifest *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* Folders with a module.json; 0 for others. */
static int
is_module(int dirfd, const char *name)
{
	AUTO_FREE char *path = NULL;
	struct stat st;

	if (name[0] == '.')
		return 0;
	if (asprintf(&path, "%s/module.json", name) < 0) {
		path = NULL;
		return 0;
	}
	return fstatat(dirfd, path, &st, 0) == 0;
}

static void
load_one(struct load *load, const char *name)
{
	struct vp_module_set *set = load->set;
	struct vp_manifest *manifest = &set->manifests[set->count];
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "%s/%s", load->folder, name) < 0) {
		path = NULL;
		snprintf(load->error, VP_MODULE_ERROR, "out of memory");
		return;
	}
	if (vp_manifest_load(path, manifest, load->error) != 0)
		return;
	if (strcmp(manifest->name, name) == 0) {
		if (vp_module_values_read(manifest, load->settings,
			&manifest->values, load->error) != 0) {
			vp_manifest_free(manifest);
			return;
		}
		manifest->is_off = vp_module_is_off(load->settings, name);
		if (manifest->is_off)
			set->off[set->off_count++] = *manifest;
		else
			set->count++;
		return;
	}
	snprintf(load->error, VP_MODULE_ERROR,
	    "the folder of the module '%s' must have its name, not '%s'",
	    manifest->name, path);
	vp_manifest_free(manifest);
}

static int
load_all(struct load *load)
{
	DIR *dir = opendir(load->folder);
	const struct dirent *entry;

	if (!dir) {
		snprintf(load->error, VP_MODULE_ERROR,
		    "cannot open the folder '%s': %s", load->folder,
		    strerror(errno));
		return -1;
	}
	while (load->set->count + load->set->off_count < MAX_MODULES &&
	       (entry = readdir(dir)))
		if (is_module(dirfd(dir), entry->d_name))
			load_one(load, entry->d_name);
	closedir(dir);
	return 0;
}

/* 1 if all that the module requires is among the first count. */
static int
is_ready(const struct vp_manifest *list, size_t count,
    const struct vp_manifest *manifest)
{
	json_t *requires = json_object_get(manifest->json, "requires");
	json_t *name;
	size_t i;

	json_array_foreach(requires, i, name)
	{
		size_t j = 0;

		while (j < count &&
		       strcmp(list[j].name, json_string_value(name)) != 0)
			j++;
		if (j == count)
			return 0;
	}
	return 1;
}

/* Each after those that it requires, else by name; those whose requirements
 * cannot be met are left out. */
static void
put_in_order(struct load *load)
{
	struct vp_module_set *set = load->set;
	struct vp_manifest *list = set->manifests;
	size_t done = 0, i = 0;

	while (done < set->count) {
		for (i = done; i < set->count; i++)
			if (is_ready(list, done, &list[i]))
				break;
		if (i == set->count)
			break;
		const struct vp_manifest next = list[i];
		memmove(
		    &list[done + 1], &list[done], (i - done) * sizeof *list);
		list[done++] = next;
	}
	for (i = done; i < set->count; i++) {
		snprintf(load->error, VP_MODULE_ERROR,
		    "the module '%s' requires modules that are not there, or "
		    "that require it",
		    list[i].name);
		vp_manifest_free(&list[i]);
	}
	set->count = done;
}

/* Whether a module before the i-th has a resource with the same path. */
static const struct vp_module_resource *
shared_path(const struct vp_manifest *list, size_t i, size_t *ret_other)
{
	for (size_t r = 0; r < list[i].count; r++) {
		const struct vp_module_resource *one = &list[i].resources[r];

		for (size_t j = 0; !one->within && j < i; j++)
			for (size_t k = 0; k < list[j].count; k++) {
				const struct vp_module_resource *other =
				    &list[j].resources[k];

				if (other->within ||
				    other->of_domain != one->of_domain ||
				    strcmp(other->name, one->name) != 0)
					continue;
				*ret_other = j;
				return one;
			}
	}
	return NULL;
}

static void
leave_out_doubles(struct load *load)
{
	struct vp_module_set *set = load->set;
	struct vp_manifest *list = set->manifests;
	const struct vp_module_resource *resource;
	size_t other;

	if (set->count > 0)
		qsort(list, set->count, sizeof *list, by_name);
	if (set->off_count > 0)
		qsort(set->off, set->off_count, sizeof *list, by_name);
	for (size_t i = 0; i < set->count;) {
		resource = shared_path(list, i, &other);
		if (!resource) {
			i++;
			continue;
		}
		snprintf(load->error, VP_MODULE_ERROR,
		    "the module '%s' is left out: its resource '%s' is one of "
		    "'%s' already",
		    list[i].name, resource->name, list[other].name);
		vp_manifest_free(&list[i]);
		set->count--;
		memmove(
		    &list[i], &list[i + 1], (set->count - i) * sizeof *list);
	}
}

/* The folder in which a module may write; it is made by who starts us. */
static int
make_modules(struct load *load)
{
	struct vp_module_set *set = load->set;

	set->modules = calloc(set->count + 1, sizeof *set->modules);
	if (!set->modules)
		return -1;
	for (size_t i = 0; i < set->count; i++) {
		char *state;

		if (asprintf(&state, "%s/%s", load->state,
			set->manifests[i].name) < 0)
			return -1;
		set->modules[i].manifest = &set->manifests[i];
		set->modules[i].state = state;
		set->modules[i].settings = set->manifests[i].values;
	}
	return 0;
}

int
vp_module_set_load(const char *folder, const char *state, const char *settings,
    struct vp_module_set *ret, char ret_error[VP_MODULE_ERROR])
{
	struct load load = { ret, folder, state, settings, ret_error };

	ret_error[0] = '\0';
	*ret = (struct vp_module_set){ .count = 0 };
	ret->manifests = calloc(MAX_MODULES, sizeof *ret->manifests);
	ret->off = calloc(MAX_MODULES, sizeof *ret->off);
	if (!ret->manifests || !ret->off) {
		vp_module_set_close(ret);
		snprintf(ret_error, VP_MODULE_ERROR, "out of memory");
		return -1;
	}
	if (load_all(&load) == 0) {
		leave_out_doubles(&load);
		put_in_order(&load);
		if (make_modules(&load) == 0)
			return 0;
		snprintf(ret_error, VP_MODULE_ERROR, "out of memory");
	}
	vp_module_set_close(ret);
	return -1;
}

void
vp_module_set_close(struct vp_module_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->modules) {
			(void)vp_module_stop(&set->modules[i]);
			free(set->modules[i].state);
		}
		vp_manifest_free(&set->manifests[i]);
	}
	for (size_t i = 0; i < set->off_count; i++)
		vp_manifest_free(&set->off[i]);
	free(set->modules);
	free(set->manifests);
	free(set->off);
	*set = (struct vp_module_set){ .count = 0 };
}

struct vp_module *
vp_module_find(struct vp_module_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->manifests[i].name, name) == 0)
			return &set->modules[i];
	return NULL;
}
