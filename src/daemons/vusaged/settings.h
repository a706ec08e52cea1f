/* etc/vusaged.conf (facts: vusaged 4, 5). */
#ifndef VUSAGED_SETTINGS_H
#define VUSAGED_SETTINGS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/labels.h"
#include "vpop.h"

#define VP_STEPS_MAX 8

struct vp_settings_file {
	config_t *config;     /* owns the texts */
	const char *filename; /* of the socket; NULL */
	const char *listen;   /* address and port; NULL: filename */
	const char *allow;    /* addresses, separated by blanks; NULL: none */
	uid_t uid;            /* owner of the socket */
	gid_t gid;
	mode_t mode;
	int64_t client_seconds;
	int64_t queue_size;
	int by_name, count_dirs;
	int64_t poll_seconds;
	int64_t age_factor;
	int64_t watches; /* -1: as the system gives */
	char *state;     /* path */
	int64_t save_seconds;
	int64_t steps[VP_STEPS_MAX]; /* percent, growing */
	size_t step_count;
	int64_t period; /* seconds */
};

/* -1 after the sentence has been logged; free in any case. */
int vp_settings_file_read(
    struct vp_settings_file *ret, const char *path, const struct vpop *vp);
void vp_settings_file_free(struct vp_settings_file *set);

#endif
