/* The handlers that the table of routes names, a file for each subject. */
#ifndef PANEL_RES_H
#define PANEL_RES_H

#include "panel/api/call.h"

/* server.c */
void vhd_health(struct vhd_call *call);
void vhd_whoami(struct vhd_call *call);

/* users.c */
void vhd_users_list(struct vhd_call *call);
void vhd_user_get(struct vhd_call *call);
void vhd_user_add(struct vhd_call *call);
void vhd_user_change(struct vhd_call *call);
void vhd_user_delete(struct vhd_call *call);

#endif
