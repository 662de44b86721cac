#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "readers.h"
#include "support/shapes.h"
#include "support/shared.h"

namespace duet::data {
namespace {

// Two sequences of training, one of test.
void contest_tree(const fs::path& root) {
  for (const char* sequence : {"train/car1", "train/boat2", "test/car3"})
    for (int i = 0; i < 3; ++i) {
      picture(root / sequence / ("00000" + std::to_string(i) + ".jpg"), 40 * i);
      write(root / sequence / ("00000" + std::to_string(i) + ".xml"), xml(object("car", 10, 5, 30, 25)));
    }
}

TEST_F(Readers, ContestGivenSplit) {
  contest_tree(root);
  const Dataset d = read();
  EXPECT_EQ(d.reader, "contest");
  EXPECT_EQ(d.train.size(), 3u);
  EXPECT_EQ(d.validation.size(), 3u);  // one whole sequence of two
  EXPECT_EQ(d.test.size(), 3u);
  const Item& item = d.test[1];
  EXPECT_EQ(item.path, root / "test/car3/000001.jpg");
  EXPECT_EQ(item.box, (net::Box{0.1, 0.1, 0.3, 0.5}));
  EXPECT_EQ(item.width, 100);
  EXPECT_EQ(item.height, 50);
  EXPECT_EQ(item.sequence, "car3");
  EXPECT_EQ(item.label, "car");
}

TEST_F(Readers, TagsInAnyOrderWithBlanksAndCarriageReturns) {
  contest_tree(root);
  write(
      root / "test/car3/000000.xml",
      "<?xml version=\"1.0\"?>\r\n<!-- made by hand -->\r\n<annotation>\r\n <object>\r\n  <bndbox>\r\n   <ymax> 25.5 </ymax>\r\n"
      "   <xmax>30</xmax>\r\n   <ymin>5</ymin>\r\n   <xmin>10</xmin>\r\n  </bndbox>\r\n  <difficult>0</difficult>\r\n"
      "  <name> car </name>\r\n </object>\r\n "
      "<size><depth>3</depth><height>50</height><width>100</width></size>\r\n</annotation>\r\n");
  const Item item = read().test[0];
  EXPECT_EQ(item.box, (net::Box{0.1, 0.1, 0.3, 0.51}));
  EXPECT_EQ(item.label, "car");
}

TEST_F(Readers, ContestWithoutPartsIsSplitBySequence) {
  for (int s = 0; s < 10; ++s)
    for (int i = 0; i < 2; ++i) {
      const fs::path stem = root / ("scene" + std::to_string(s)) / std::to_string(i);
      picture(stem.string() + ".png", 10 * s + i);
      write(stem.string() + ".xml", xml(object("car", 10, 5, 30, 25)));
    }
  const Dataset d = read();
  EXPECT_EQ(d.test.size(), 4u);
  EXPECT_EQ(d.validation.size(), 2u);
  std::set<std::string> names[3];
  for (const Item& i : d.train) names[0].insert(i.sequence);
  for (const Item& i : d.validation) names[1].insert(i.sequence);
  for (const Item& i : d.test) names[2].insert(i.sequence);
  EXPECT_EQ(names[0].size() + names[1].size() + names[2].size(), 10u) << "a sequence is in two parts";
  EXPECT_EQ(read().hash, d.hash);
  ReadOptions other;
  other.seed = 2;
  EXPECT_NE(read(other).hash, d.hash);
  other.split = "seed";
  EXPECT_EQ(read(other).test.size(), 4u);
  other.split = "given";
  EXPECT_NE(problem([&] { read(other); }, root).find("gives no split"), std::string::npos);
}

TEST_F(Readers, ColumnOfTheIndex) {
  contest_tree(root);
  fs::rename(root / "test/car3", root / "train/car3"), fs::remove(root / "test");
  picture(root / "odd/x/000000.jpg");
  write(root / "odd/x/000000.xml", xml(object("car", 1, 1, 9, 9)));
  std::string index = "file,class,my_split\r\n";
  for (const char* s : {"car1", "boat2", "car3"})
    for (int i = 0; i < 3; ++i)
      index += "train/" + std::string(s) + "/00000" + std::to_string(i) + ".jpg,ship," +
               (i == 2                  ? "test"
                : i == 1 && s[0] == 'b' ? "train"
                : i                     ? "unused"
                                        : "train") +
               "\r\n";
  index += "odd/x/000000.jpg,ship,train\r\n";  // a folder beside the parts stays out all the same
  write(root / "index.csv", index);
  ReadOptions options;
  options.column = "my_split", options.validation = 0;
  const Dataset d = read(options);
  EXPECT_EQ(d.test.size(), 3u);
  ASSERT_EQ(d.train.size(), 4u);
  EXPECT_EQ(d.train[1].label, "car") << "labels are those of the XML";
  ASSERT_EQ(d.notes.size(), 2u) << "folder odd/ and value unused are left out and said";
  options.column = "my_spilt";
  try {
    read(options);
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(e.hint.find("my_split"), std::string::npos);
  }
}

TEST_F(Readers, PascalVocCountsPixelsFromOne) {
  for (const char* name : {"a", "b", "c", "d"}) {
    picture(root / "JPEGImages" / (name + std::string(".jpg")), name[0]);
    write(root / "Annotations" / (name + std::string(".xml")), xml(object("dog", 1, 1, 100, 50) + object("cat", 1, 1, 2, 2)));
  }
  write(root / "ImageSets/Main/train.txt", "a\r\nb\r\n");
  write(root / "ImageSets/Main/val.txt", "c\n");
  write(root / "ImageSets/Main/dog_train.txt", "d 1\n");
  ReadOptions options;
  options.several = "largest";
  const Dataset d = read(options);
  EXPECT_EQ(d.reader, "voc");
  ASSERT_EQ(d.test.size(), 1u) << "without test.txt, val.txt is the test part";
  EXPECT_EQ(d.test[0].box, (net::Box{0, 0, 1, 1})) << "the largest of two objects";
  EXPECT_EQ(d.test[0].label, "dog");
  EXPECT_EQ(d.train.size() + d.validation.size(), 2u);
  EXPECT_EQ(d.notes.size(), 2u);
  write(root / "ImageSets/Main/test.txt", "d\n");
  const Dataset e = read(options);
  EXPECT_EQ(e.train.size(), 2u);
  EXPECT_EQ(e.validation.size(), 1u);
  EXPECT_EQ(e.test[0].path.stem(), "d");
}

TEST_F(Readers, YoloText) {
  for (const char* part : {"train", "val"})
    for (int i = 0; i < 3; ++i) {
      picture(root / "images" / part / (std::to_string(i) + ".jpg"), i + 50 * (part[0] == 't'));
      write(root / "labels" / part / (std::to_string(i) + ".txt"), "0 0.1 0.1 0.01 0.01\r\n1 0.25 0.5 0.1 0.2\r\n");
    }
  write(root / "data.yaml", "path: .\nnames:\n  0: person\n  1: 'hang glider'  # rare\nnc: 2\n");
  ReadOptions options;
  options.several = "largest";
  const Dataset d = read(options);
  EXPECT_EQ(d.reader, "yolo");
  EXPECT_EQ(d.test.size(), 3u);
  EXPECT_NEAR(d.test[0].box.x0, 0.2, 1e-12);
  EXPECT_NEAR(d.test[0].box.y1, 0.6, 1e-12);
  EXPECT_EQ(d.test[0].label, "hang glider");
  for (const char* yaml :
       {"names: [ 'person', glider ]\n", "names: ['person',\n  \"glider\"]\nnc: 2\n", "names:\n- person\n- glider\n"}) {
    write(root / "data.yaml", yaml);
    EXPECT_EQ(read(options).test[0].label, "glider") << yaml;
  }
  const std::pair<const char*, const char*> bad[] = {{"1 0.25 0.5 0.1\n", "4 words"},
                                                     {"2 0.25 0.5 0.1 0.1\n", "class 2 has no name"},
                                                     {"-1 0.25 0.5 0.1 0.1\n", "no whole number"},
                                                     {"0.5 0.25 0.5 0.1 0.1\n", "no whole number"}};
  for (const auto& [label, message] : bad) {
    write(root / "labels/val/2.txt", label);
    EXPECT_NE(problem([&] { read(options); }, "2.txt:1").find(message), std::string::npos) << label;
  }
}

TEST_F(Readers, YoloFlatAndByPartFolders) {
  for (int i = 0; i < 10; ++i) {
    picture(root / "images" / (std::to_string(i) + ".jpg"), i);
    write(root / "labels" / (std::to_string(i) + ".txt"), "3 0.5 0.5 0.5 0.5");
  }
  Dataset d = read();
  EXPECT_EQ(d.test.size(), 2u);
  EXPECT_EQ(d.train.size() + d.validation.size(), 8u);
  EXPECT_EQ(d.test[0].label, "3");
  fs::create_directories(root / "train");
  fs::rename(root / "images", root / "train/images"), fs::rename(root / "labels", root / "train/labels");
  fs::copy(root / "train", root / "valid", fs::copy_options::recursive);
  d = read();
  EXPECT_EQ(d.test.size(), 10u);
}

TEST_F(Readers, BadInputIsAnErrorThatSaysWhere) {
  const auto bad = [&](const std::string& where) { return problem([&] { read(); }, where); };
  EXPECT_NE(bad("set").find("no such folder"), std::string::npos);
  fs::create_directories(root);
  EXPECT_NE(bad("set").find("no data set"), std::string::npos);
  contest_tree(root);
  const fs::path stem = root / "train/car1/000001";
  const fs::path label = stem.string() + ".xml", image = stem.string() + ".jpg";
  const std::string good_label = base::read_file(label), good_image = base::read_file(image);

  const std::pair<std::string, std::string> labels[] = {
      {"<annotation><object>", "broken XML"},
      {"", "broken XML"},
      {"<annotation></annotation>", "no object"},
      {"<annotation><object><name>a</name></object></annotation>", "without <bndbox>"},
      {"<annotation><object><bndbox><xmin>1</xmin></bndbox></object></annotation>", "no <ymin>"},
      {xml("<object><bndbox><xmin>1,5</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>"), "not a number"},
      {xml("<object><bndbox><xmin>nan</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>"), "not a number"},
      {xml(object("a", 10, 10, 120, 20)), "outside"},
      {xml(object("a", -5, 10, 20, 20)), "outside"},
      {xml(object("a", 20, 10, 20, 20)), "empty"},
      {xml(object("a", 30, 10, 20, 20)), "empty"},
      {"<annotation><size><width>640</width><height>360</height></size>" + object("a", 1, 1, 9, 9) + "</annotation>", "640x360"}};
  for (const auto& [text, message] : labels) {
    write(label, text);
    EXPECT_NE(bad("000001.xml").find(message), std::string::npos) << text;
  }
  write(label, xml(object("a", 10, 10, 101, 51)));  // one pixel over: rounding, cut
  EXPECT_EQ(read().train.size() + read().validation.size(), 6u);
  fs::remove(label);
  EXPECT_NE(bad("000001.xml").find("no label"), std::string::npos);
  write(label, good_label);

  for (const std::string& bytes : {std::string(), std::string("text"), good_image.substr(0, 30)}) {
    write(image, bytes);
    bad("000001.jpg");
  }
  fs::remove(image);
  EXPECT_NE(bad("000001.jpg").find("cannot read the picture"), std::string::npos);

  ReadOptions skip;
  skip.skip_bad = true;
  const Dataset d = read(skip);
  EXPECT_EQ(d.train.size() + d.validation.size(), 5u);
  ASSERT_EQ(d.notes.size(), 1u);
  EXPECT_NE(d.notes[0].find("000001.jpg"), std::string::npos);
}

TEST_F(Readers, BadOptionsNameTheRightOne) {
  contest_tree(root);
  ReadOptions options;
  options.format = "contst";
  try {
    read(options);
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(e.hint.find("contest"), std::string::npos);
  }
  options = {}, options.split = "sequenc";
  EXPECT_THROW(read(options), Error);
  options = {}, options.format = "yolo";
  EXPECT_THROW(read(options), Error);
  options = {}, options.validation = 0.9;
  EXPECT_THROW(read(options), Error);
}

TEST_F(Readers, HashFollowsContentAndNotThePlace) {
  contest_tree(root);
  const std::string hash = read().hash;
  EXPECT_EQ(read().hash, hash) << "second time, through the cache";
  const fs::path copy = folder / "copy";
  fs::copy(root, copy, fs::copy_options::recursive);
  EXPECT_EQ(read_dataset(copy).hash, hash);
  write(copy / "test/car3/000000.xml", xml(object("car", 10, 5, 30, 24)));
  EXPECT_NE(read_dataset(copy).hash, hash) << "a box changed";
  write(copy / "test/car3/000000.xml", xml(object("car", 10, 5, 30, 25)));
  EXPECT_EQ(read_dataset(copy).hash, hash);
  picture(copy / "test/car3/000000.jpg", 1);
  EXPECT_NE(read_dataset(copy).hash, hash) << "a picture changed";
}

TEST_F(Readers, CacheDoesNotHideAChangedPicture) {
  contest_tree(root);
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  const fs::path image = root / "test/car3/000000.jpg";
  for (const auto& entry : fs::recursive_directory_iterator(root)) fs::last_write_time(entry.path(), old);
  const std::string hash = read().hash;
  EXPECT_FALSE(fs::is_empty(cache.path()));
  const std::string bytes = base::read_file(image);
  picture(image, 1);
  ASSERT_EQ(fs::file_size(image), bytes.size()) << "the test wants equal sizes";
  EXPECT_NE(read().hash, hash) << "equal size, other time";
  write(image, bytes);
  fs::last_write_time(image, old);
  EXPECT_EQ(read().hash, hash);
}

TEST_F(Readers, ShapesOfTheTestsRead) {
  test::write_shapes(root, 24, 8);
  const Dataset d = read();
  EXPECT_EQ(d.train.size() + d.validation.size(), 24u);
  EXPECT_EQ(d.test.size(), 8u);
  const Image image = read_image(d.test[0].path);
  const net::Box& box = d.test[0].box;
  const auto brightness = [&](double x, double y) {
    const uint8_t* p = image.at(static_cast<int>(x * image.width), static_cast<int>(y * image.height));
    return p[0] + p[1] + p[2];
  };
  EXPECT_GT(brightness((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2), brightness(box.x0 - 0.02, (box.y0 + box.y1) / 2) + 50);
}

TEST(SharedData, RealSetsRead) {
  const fs::path sky = test::shared("data/sky"), uav = test::shared("data/uav");
  DUET_SKIP_WITHOUT(sky);
  const Dataset s = read_dataset(sky);
  EXPECT_EQ(s.test.size(), 553u);
  EXPECT_EQ(s.train.size() + s.validation.size(), 3876u);
  DUET_SKIP_WITHOUT(uav);
  const Dataset u = read_dataset(uav);
  EXPECT_EQ(u.train.size() + u.validation.size(), 1533u);
  EXPECT_EQ(u.test.size(), 799u);
  ASSERT_EQ(u.notes.size(), 1u);
  EXPECT_NE(u.notes[0].find("500 pictures in ambiguous/"), std::string::npos);
  ReadOptions contest;
  contest.column = "contest_split";
  EXPECT_EQ(read_dataset(uav, contest).test.size(), 697u);
}

}  // namespace
}  // namespace duet::data
