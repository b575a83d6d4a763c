#!/bin/sh
# Ends with the code of the verdict: 0 pass, 4 the SLA failed, 5 invalid.
exit "$(cat "${LOADCTL_OUT:-loadctl-report}/exit-code")"
