/* The settings of vhostadmind; vhostadmind(8). */
#ifndef PANEL_SETTINGS_H
#define PANEL_SETTINGS_H

#include <stdint.h>
#include <sys/types.h>

#include "panel/http/request.h"

#define VHD_LISTENERS 16

struct vhd_address {
	enum vhd_kind kind;
	char *text;
};

struct vhd_settings {
	/* of the file */
	char *tcp, *tls, *unix_socket, *proxy_socket; /* lists, by blanks */
	char *certificate, *key;
	char *front_user, *proxy_group;
	char *modules; /* the folder of their folders */
	char *module_user;
	char *access_log; /* a file, "stderr", or "" */
	int64_t workers, connections, per_address;
	int64_t idle_seconds, request_seconds, queue, body_bytes, syslog;
	char *origins, *second_factor;
	int64_t job_days;
	int64_t delete_days;
	int64_t webhooks, webhooks_per_domain; /* how many there may be */
	int64_t session_seconds, session_idle_seconds, plain_cookie;
	int64_t anonymous_per_address;
	int64_t login_failures, login_failures_per_address,
	    login_forget_seconds;
	/* what follows from them */
	char *home;            /* of vpopmail */
	unsigned factor_roles; /* of second_factor: enum vhd_role */
	struct vhd_address addresses[VHD_LISTENERS];
	int count;
	uid_t front_uid, worker_uid;
	gid_t front_gid, worker_gid, proxy_gid;
};

/* Read a file (NULL: etc/vhostadmin.conf of the vpopmail home; it need not
 * exist).  0, or -1 and a sentence. */
int vhd_settings_read(const char *path, struct vhd_settings *ret_settings,
    char *error, size_t error_size);
void vhd_settings_clear(struct vhd_settings *settings);

#endif
