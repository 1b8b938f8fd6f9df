// Files that are whole or not there.
#include "tlscore/base/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/temp_folder.h"

namespace tlscore {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
  struct stat about{};
  EXPECT_EQ(::stat(path.c_str(), &about), 0);
  return about.st_mode & 0777U;
}

TEST(PrivateFile, IsItsOwnersAloneAndTakesTheOldOnesPlace) {
  const tests::TempFolder folder;
  const std::string path = folder.path() + "/file";
  std::ofstream(path) << "what was there before, and is longer";
  ::chmod(path.c_str(), 0644);
  ASSERT_TRUE(write_private_file(path, as_bytes("new")));
  EXPECT_EQ(contents(path), "new");
  EXPECT_EQ(mode_of(path), 0600U);
}

TEST(PrivateFile, WhatCannotBeWrittenLeavesNothing) {
  const tests::TempFolder folder;
  const std::string path = folder.path() + "/folder";
  std::filesystem::create_directory(path);
  std::ofstream(path + "/in-it") << "x";
  const auto written = write_private_file(path, as_bytes("new"));
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find(path), std::string::npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_FALSE(write_private_file(folder.path() + "/nowhere/file", as_bytes("new")));
}

TEST(PrivateFolder, IsMadeOnceAndKept) {
  const tests::TempFolder folder;
  const std::string path = folder.path() + "/folder";
  ASSERT_TRUE(make_private_folder(path));
  EXPECT_EQ(mode_of(path), 0700U);
  EXPECT_TRUE(make_private_folder(path));
}

TEST(PrivateFolder, RefusesOneThatOthersMayWriteToAndALink) {
  const tests::TempFolder folder;
  const std::string path = folder.path() + "/folder";
  ASSERT_TRUE(make_private_folder(path));
  std::filesystem::create_symlink(path, folder.path() + "/link");
  EXPECT_EQ(make_private_folder(folder.path() + "/link").error().kind, ErrorKind::Refused);
  ::chmod(path.c_str(), 0777);
  EXPECT_EQ(make_private_folder(path).error().kind, ErrorKind::Refused);
  EXPECT_EQ(make_private_folder(folder.path() + "/no/where").error().kind, ErrorKind::Internal);
}

}  // namespace
}  // namespace tlscore
