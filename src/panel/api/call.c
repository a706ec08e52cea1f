#include "config.h"

#include "panel/api/call.h"

#include <sodium.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static void
set_text(struct vhd_call *call, char *text)
{
	if (call->text)
		explicit_bzero(call->text, call->text_size);
	free(call->text);
	call->text = text;
	call->text_size = text ? strlen(text) : 0;
}

void
vhd_call_clear(struct vhd_call *call)
{
	for (int i = 0; i < VHD_REPLY_HEADERS; i++)
		free(call->headers[i]);
	memset(call->headers, 0, sizeof call->headers);
	set_text(call, NULL);
	json_decref(call->body);
	call->body = NULL;
	json_decref(call->who.token_limits);
	call->who.token_limits = NULL;
	if (call->watch >= 0)
		close(call->watch);
	call->watch = -1;
}

void
vhd_call_header(struct vhd_call *call, enum vhd_reply_header header,
    const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	free(call->headers[header]);
	call->headers[header] = text;
}

void
vhd_call_text(struct vhd_call *call, int status, char *text)
{
	set_text(call, text);
	call->status = text ? status : 503;
}

void
vhd_call_json(struct vhd_call *call, int status, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	vhd_call_text(call, status, text);
	if (!call->headers[VHD_REPLY_TYPE])
		vhd_call_header(call, VHD_REPLY_TYPE, "application/json");
}

void
vhd_call_empty(struct vhd_call *call, int status)
{
	set_text(call, NULL);
	call->status = status;
}

void
vhd_call_new_job(char ret_job[VHD_ID_SIZE])
{
	unsigned char bytes[(VHD_ID_SIZE - 1) / 2];

	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2hex(ret_job, VHD_ID_SIZE, bytes, sizeof bytes);
}

void
vhd_call_actor(struct vhd_call *call)
{
	char origin[32 + VHD_ADDRESS_SIZE + VHD_REQUEST_ID_SIZE];

	snprintf(origin, sizeof origin, "vhostadmind %s %s",
	    call->request->address, call->request->headers[VHD_REQUEST_ID]);
	vpop_set_actor(
	    call->vp, *call->who.name ? call->who.name : "anon", origin);
}
