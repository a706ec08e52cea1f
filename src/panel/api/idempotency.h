/*
 * Requests that can be sent again when their answer was lost
 * (Idempotency-Key): the second time the first answer is given, for a day.
 */
#ifndef PANEL_API_IDEMPOTENCY_H
#define PANEL_API_IDEMPOTENCY_H

#include "panel/api/call.h"

#define VHD_KEY_MAX 255 /* bytes of a key */

/* Execute a call that has been authorised and has its body. */
void vhd_idempotent_run(struct vhd_call *call);

#endif
