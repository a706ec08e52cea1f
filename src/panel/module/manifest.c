/*
 * Loading a module's folder.  All of it is checked before anything is run:
 * who owns the files, the manifest by its own schema, the schemas by what we
 * know of schemas, and that each key is a text property of its schema.
 */
#include "config.h"

#include "panel/module/manifest_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "panel/module/schema.h"
#include "src/panel/module/manifest_schema.h"

#define FILE_NAME  "module.json"
#define FILE_BYTES (1 << 20)
#define SECONDS    10

int
vp_manifest_fail(struct vp_manifest_load *load, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(load->error, VP_MODULE_ERROR, format, args);
	va_end(args);
	return -1;
}

/* 0 if only root and we can change what fd is open on. */
static int
check_owner(struct vp_manifest_load *load, int fd, const char *name)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return vp_manifest_fail(load, "cannot look at '%s/%s': %s",
		    load->manifest->folder, name, strerror(errno));
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return vp_manifest_fail(load,
		    "'%s/%s' belongs to neither root nor this user: chown it",
		    load->manifest->folder, name);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return vp_manifest_fail(load,
		    "'%s/%s' can be changed by others: chmod go-w it",
		    load->manifest->folder, name);
	return 0;
}

static json_t *
read_json(struct vp_manifest_load *load, const char *name)
{
	AUTO_FREE char *text = NULL;
	json_error_t error;
	size_t size;
	AUTO_CLOSE int fd = openat(
	    load->dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && check_owner(load, fd, name) != 0)
		return NULL;
	if (fd >= 0)
		text = vp_file_read(load->dirfd, name, FILE_BYTES, &size);
	if (!text) {
		vp_manifest_fail(load, "cannot read '%s/%s': %s",
		    load->manifest->folder, name, strerror(errno));
		return NULL;
	}
	json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		vp_manifest_fail(load, "'%s/%s' is no JSON: line %d: %s",
		    load->manifest->folder, name, error.line, error.text);
	return json;
}

json_t *
vp_manifest_schema(struct vp_manifest_load *load, const char *name)
{
	struct vp_schema_error error;
	json_t *schema = read_json(load, name);

	if (!schema || vp_schema_check(schema, &error) == 0)
		return schema;
	vp_manifest_fail(load, "'%s/%s', at '%s': %s", load->manifest->folder,
	    name, error.pointer, error.words);
	json_decref(schema);
	return NULL;
}

static int
check_manifest(struct vp_manifest_load *load)
{
	struct vp_schema_error error;
	json_t *schema = json_loads(manifest_schema, 0, NULL);
	int rc = schema
		     ? vp_schema_validate(schema, load->manifest->json, &error)
		     : -1;

	if (!schema)
		vp_manifest_fail(load, "out of memory");
	else if (rc != 0)
		vp_manifest_fail(load, "'%s/" FILE_NAME "': '%s' %s",
		    load->manifest->folder, error.pointer, error.words);
	json_decref(schema);
	return rc;
}

/* 0 if a name is that of a program of the folder. */
static int
check_program(struct vp_manifest_load *load, const char *name)
{
	const struct vp_manifest *m = load->manifest;

	if (strchr(name, '/'))
		return vp_manifest_fail(load,
		    "the program '%s' must be in the folder '%s'", name,
		    m->folder);
	AUTO_CLOSE int fd =
	    openat(load->dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return vp_manifest_fail(load, "cannot open '%s/%s': %s",
		    m->folder, name, strerror(errno));
	if (check_owner(load, fd, name) != 0)
		return -1;
	if (faccessat(load->dirfd, name, X_OK, 0) != 0)
		return vp_manifest_fail(load,
		    "'%s/%s' is no program: chmod +x it", m->folder, name);
	return 0;
}

static const char *
program_of(json_t *json)
{
	return json_string_value(
	    json_array_get(json_object_get(json, "program"), 0));
}

static int
load_programs(struct vp_manifest_load *load)
{
	struct vp_manifest *m = load->manifest;
	const char *name = program_of(m->json);
	json_t *verb;
	size_t i;

	if (check_program(load, name) != 0)
		return -1;
	if (asprintf(&m->program, "%s/%s", m->folder, name) < 0) {
		m->program = NULL;
		return vp_manifest_fail(load, "out of memory");
	}
	m->root = json_object_get(m->json, "root");
	json_array_foreach(m->root, i, verb)
	{
		if (check_program(load, program_of(verb)) != 0)
			return -1;
	}
	return 0;
}

static int
load_folder(struct vp_manifest_load *load)
{
	struct vp_manifest *m = load->manifest;
	const char *settings;

	if (check_owner(load, load->dirfd, ".") != 0)
		return -1;
	m->json = read_json(load, FILE_NAME);
	if (!m->json || check_manifest(load) != 0)
		return -1;
	m->name = json_string_value(json_object_get(m->json, "name"));
	m->user = json_string_value(json_object_get(m->json, "user"));
	m->seconds =
	    (int)json_integer_value(json_object_get(m->json, "seconds"));
	if (m->seconds == 0)
		m->seconds = SECONDS;
	m->processes =
	    (int)json_integer_value(json_object_get(m->json, "processes"));
	if (m->processes == 0)
		m->processes = 1;
	settings = json_string_value(json_object_get(m->json, "settings"));
	if (settings && !(m->settings = vp_manifest_schema(load, settings)))
		return -1;
	return load_programs(load) != 0 ? -1 : vp_manifest_resources(load);
}

int
vp_manifest_load(const char *folder, struct vp_manifest *ret,
    char ret_error[VP_MODULE_ERROR])
{
	struct vp_manifest_load load = { ret, -1, ret_error };
	int rc;

	*ret = (struct vp_manifest){ .folder = realpath(folder, NULL) };
	load.dirfd = ret->folder ? vp_dir_open(ret->folder) : -1;
	if (load.dirfd < 0) {
		rc = vp_manifest_fail(&load, "cannot open the folder '%s': %s",
		    folder, strerror(errno));
	} else {
		rc = load_folder(&load);
		close(load.dirfd);
	}
	if (rc != 0)
		vp_manifest_free(ret);
	return rc;
}

void
vp_manifest_free(struct vp_manifest *manifest)
{
	vp_manifest_resources_free(manifest);
	json_decref(manifest->settings);
	json_decref(manifest->values);
	json_decref(manifest->json);
	free(manifest->program);
	free(manifest->folder);
	*manifest = (struct vp_manifest){ .folder = NULL };
}

int
vp_manifest_has_verb(const struct vp_manifest *manifest, const char *verb)
{
	json_t *list = json_object_get(manifest->json, "verbs");
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (strcmp(json_string_value(item), verb) == 0)
			return 1;
	}
	return 0;
}
