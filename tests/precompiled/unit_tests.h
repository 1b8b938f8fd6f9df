// What the unit tests include beside it.
#pragma once

#include <gtest/gtest.h>

#include "tests/precompiled/library.h"
