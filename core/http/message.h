#pragma once

#include "core/message/message.h"
