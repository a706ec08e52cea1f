/*
 * conf.h - settings files of the usage daemon: labels at the beginning of
 * lines, below them "key = value;".
 */
#ifndef VPOPMAIL_CONF_H
#define VPOPMAIL_CONF_H

#ifdef __cplusplus
extern "C" {
#endif

#define CONFIG_MAX_LINE 255

#define CAF_NONE        0
#define CAF_IGNORE      1
#define CF_NONE         0
#define CF_COMMENT      1

typedef struct config_atom {
	char *name; /* "" for a value alone */
	char *data;
	int flags;
	unsigned long line;
	struct config_atom *next;
} config_atom_t;

typedef struct config_label {
	char *name;
	char *filename;
	unsigned long line;
	config_atom_t *atoms;
	config_atom_t *atail;
	struct config_label *next;
} config_label_t;

typedef struct {
	char *filename;
	char *dir;
	int flags;
	unsigned long line;
	config_label_t *labels;
	config_label_t *ltail;
} config_t;

/* Read a file of the vpopmail etc directory, or one with an absolute path.
 * NULL if it is not there or cannot be understood. */
config_t *config_begin(const char *filename);
/* Read exactly this path. */
config_t *config_read(char *filename);
void config_kill(config_t *config);
/* A value; case of names does not matter; NULL if there is none. */
char *config_fetch_by_name(config_t *config, char *label, char *name);
/* The num-th value of a label, from 1. */
char *config_fetch_by_num(config_t *config, char *label, int num);
/* Choose a label for config_fetch, then the next one of that name: 1 or 0. */
int config_reference(config_t *config, char *label);
int config_next_reference(config_t *config);
char *config_fetch(config_t *config, char *name);

#ifdef __cplusplus
}
#endif
#endif
