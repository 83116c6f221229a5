// SPDX-License-Identifier: MIT
#include "io/http.h"
