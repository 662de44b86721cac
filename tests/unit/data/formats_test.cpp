// One set of pictures with several objects written in every layout: all must give the same boxes, and the same choices of class
// and object.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "base/json.h"
#include "base/rng.h"
#include "data/table.h"
#include "readers.h"

namespace duet::data {
namespace {

struct Truth {
  int x, y, width, height;  // pixels of the picture's 100 x 50
  std::string label;
};
using Pictures = std::map<std::string, std::vector<Truth>>;  // by name: NN, the first third train, then validation, then test

const std::vector<std::string> kClasses{"boat", "drone", "hang glider"};

const char* part_of(const std::string& name) { return name < "05" ? "train" : name < "10" ? "val" : "test"; }

Pictures draw_pictures() {
  Rng rng(7);
  Pictures pictures;
  for (int i = 0; i < 15; ++i)
    for (int j = 0; j < 1 + i % 3; ++j) {
      const int w = static_cast<int>(rng.between(3, 40)), h = static_cast<int>(rng.between(3, 20));
      pictures[fmt::format("{:02}", i)].push_back({static_cast<int>(rng.between(0, 100 - w)),
                                                   static_cast<int>(rng.between(0, 50 - h)), w, h,
                                                   kClasses[static_cast<size_t>(i + j) % 3]});
    }
  return pictures;
}

// The writers below follow the formats' own descriptions and share nothing with the readers.

void write_contest(const fs::path& root, const Pictures& pictures) {
  for (const auto& [name, objects] : pictures) {
    const fs::path stem = root / part_of(name) / ("scene" + name) / name;
    std::string text;
    for (const Truth& o : objects) text += object(o.label, o.x, o.y, o.x + o.width, o.y + o.height);
    picture(stem.string() + ".png", std::stoi(name));
    write(stem.string() + ".xml", xml(text));
  }
}

void write_voc(const fs::path& root, const Pictures& pictures) {
  std::map<std::string, std::string> lists;
  for (const auto& [name, objects] : pictures) {
    std::string text;
    for (const Truth& o : objects) text += object(o.label, o.x + 1, o.y + 1, o.x + o.width, o.y + o.height);
    picture(root / "JPEGImages" / (name + ".jpg"), std::stoi(name));
    write(root / "Annotations" / (name + ".xml"), xml(text));
    lists[part_of(name)] += name + "\n";
  }
  for (const auto& [part, text] : lists) write(root / "ImageSets/Main" / (part + ".txt"), text);
}

size_t number_of(const std::string& label) {
  return static_cast<size_t>(std::find(kClasses.begin(), kClasses.end(), label) - kClasses.begin());
}

void write_yolo(const fs::path& root, const Pictures& pictures) {
  write(root / "classes.txt", fmt::format("{}\n", fmt::join(kClasses, "\n")));
  for (const auto& [name, objects] : pictures) {
    std::string text;
    for (const Truth& o : objects)
      text += fmt::format("{} {:.9f} {:.9f} {:.9f} {:.9f}\n", number_of(o.label), (o.x + o.width / 2.0) / 100,
                          (o.y + o.height / 2.0) / 50, o.width / 100.0, o.height / 50.0);
    picture(root / "images" / part_of(name) / (name + ".jpg"), std::stoi(name));
    write(root / "labels" / part_of(name) / (name + ".txt"), text);
  }
}

// Ids that are neither in order nor from 0, annotations in reverse.
Json coco_json(const Pictures& pictures, const std::string& part) {
  Json json = {
      {"info", {{"year", 2017}}}, {"images", Json::array()}, {"annotations", Json::array()}, {"categories", Json::array()}};
  for (size_t i = 0; i < kClasses.size(); ++i) json["categories"].push_back({{"id", 90 - i}, {"name", kClasses[i]}});
  for (const auto& [name, objects] : pictures) {
    if (!part.empty() && part != part_of(name)) continue;
    json["images"].insert(json["images"].begin(),
                          Json{{"id", 1000 - std::stoi(name)}, {"file_name", name + ".jpg"}, {"width", 100}, {"height", 50}});
    for (const Truth& o : objects)
      json["annotations"].insert(json["annotations"].begin(), Json{{"id", json["annotations"].size()},
                                                                   {"image_id", 1000 - std::stoi(name)},
                                                                   {"category_id", 90 - number_of(o.label)},
                                                                   {"bbox", {o.x, o.y, o.width, o.height}},
                                                                   {"segmentation", {{o.x, o.y, o.x, o.y + 1}}},
                                                                   {"iscrowd", 0}});
  }
  return json;
}

void write_coco(const fs::path& root, const Pictures& pictures) {
  for (const auto& [name, objects] : pictures)
    picture(root / (part_of(name) + std::string("2017")) / (name + ".jpg"), std::stoi(name));
  for (const std::string part : {"train", "val", "test"}) {
    write(root / ("annotations/instances_" + part + "2017.json"), coco_json(pictures, part).dump());
    write(root / ("annotations/captions_" + part + "2017.json"), R"({"images": [{}], "annotations": [{"caption": "a boat"}]})");
  }
}

void write_coco_beside_the_pictures(const fs::path& root, const Pictures& pictures) {
  for (const auto& [name, objects] : pictures) picture(root / part_of(name) / (name + ".jpg"), std::stoi(name));
  for (const std::string part : {"train", "val", "test"})
    write(root / part / "_annotations.coco.json", coco_json(pictures, part).dump(2));
}

void write_csv(const fs::path& root, const Pictures& pictures) {
  std::string text = "file,split,class,xmin,ymin,xmax,ymax\r\n";
  for (const auto& [name, objects] : pictures) {
    picture(root / "images" / (name + ".jpg"), std::stoi(name));
    for (const Truth& o : objects)
      text += fmt::format("images/{}.jpg,{},{},{},{},{},{}\r\n", name, part_of(name), o.label, o.x, o.y, o.x + o.width,
                          o.y + o.height);
  }
  write(root / "labels.csv", text);
}

void write_csv_of_parts(const fs::path& root, const Pictures& pictures) {
  std::map<std::string, std::string> text;
  for (const auto& [name, objects] : pictures) {
    picture(root / "images" / part_of(name) / (name + ".jpg"), std::stoi(name));
    for (const Truth& o : objects)
      text[part_of(name)] += fmt::format("{},{}, {} ,{},\"{}\",\"{}.jpg\"\n", o.height, o.width, o.y, o.x, o.label, name);
  }
  for (const auto& [part, lines] : text)
    write(root / "images" / (part + "_labels.csv"), "Height,Width,Y,X,Label,Image_Path\n" + lines);
}

struct Layout {
  const char *name, *reader;
  void (*write)(const fs::path&, const Pictures&);
};
const Layout kLayouts[] = {{"Contest", "contest", write_contest},
                           {"Voc", "voc", write_voc},
                           {"Yolo", "yolo", write_yolo},
                           {"Coco", "coco", write_coco},
                           {"CocoBesideThePictures", "coco", write_coco_beside_the_pictures},
                           {"Csv", "csv", write_csv},
                           {"CsvOfParts", "csv", write_csv_of_parts}};

struct Formats : Readers, testing::WithParamInterface<Layout> {
  const Pictures pictures = draw_pictures();
  Formats() { GetParam().write(root, pictures); }
};
INSTANTIATE_TEST_SUITE_P(All, Formats, testing::ValuesIn(kLayouts),
                         [](const auto& info) { return std::string(info.param.name); });

// What must be read: of each picture the largest object of the class, or of all.
void expect_largest(const std::vector<Item>& items, const Pictures& pictures, const std::string& part,
                    const std::string& wanted) {
  std::map<std::string, Truth> expected;
  for (const auto& [name, objects] : pictures)
    for (const Truth& o : objects)
      if (part == part_of(name) && (wanted.empty() || o.label == wanted)) {
        const auto [best, fresh] = expected.emplace(name, o);
        if (!fresh && o.width * o.height > best->second.width * best->second.height) best->second = o;
      }
  ASSERT_EQ(items.size(), expected.size()) << part;
  EXPECT_TRUE(std::is_sorted(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.path < b.path; })) << part;
  for (const Item& item : items) {
    const auto found = expected.find(item.path.stem());
    ASSERT_NE(found, expected.end()) << item.path;
    const Truth& o = found->second;
    EXPECT_NEAR(item.box.x0 * 100, o.x, 1e-6) << item.path;
    EXPECT_NEAR(item.box.y0 * 50, o.y, 1e-6) << item.path;
    EXPECT_NEAR(item.box.x1 * 100, o.x + o.width, 1e-6) << item.path;
    EXPECT_NEAR(item.box.y1 * 50, o.y + o.height, 1e-6) << item.path;
    EXPECT_EQ(item.label, o.label) << item.path;
  }
}

TEST_P(Formats, GiveTheSameBoxes) {
  for (const std::string wanted : {"", "boat", "drone", "hang glider"}) {
    ReadOptions options;
    options.several = "largest", options.wanted_class = wanted;
    const Dataset d = read(options);
    EXPECT_EQ(d.reader, GetParam().reader);
    EXPECT_EQ(d.split.substr(0, 5), "given") << d.split;
    expect_largest(d.train, pictures, "train", wanted);
    expect_largest(d.validation, pictures, "val", wanted);
    expect_largest(d.test, pictures, "test", wanted);
    EXPECT_EQ(std::count_if(d.notes.begin(), d.notes.end(),
                            [&](const auto& note) { return note == "left out 5 pictures without an object of class " + wanted; }),
              wanted.empty() ? 0 : 1)
        << fmt::format("{}", fmt::join(d.notes, "\n"));
  }
}

TEST_P(Formats, RefuseSeveralObjectsUnlessToldOtherwise) {
  try {
    read();
    FAIL();
  } catch (const Error& e) {
    EXPECT_TRUE(e.problem.starts_with("names 2 objects, but") || e.problem.starts_with("names 3 objects, but")) << e.problem;
    EXPECT_NE(e.where.find(root), std::string::npos) << e.where;
    EXPECT_NE(e.hint.find("--several largest"), std::string::npos) << e.hint;
  }
  ReadOptions options;
  options.skip_bad = true;
  const Dataset d = read(options);
  EXPECT_EQ(d.train.size() + d.validation.size() + d.test.size(), 5u) << "pictures with one object";
  options.wanted_class = "boat";  // no picture has two boats
  const Dataset boats = read(options);
  EXPECT_EQ(boats.train.size() + boats.validation.size() + boats.test.size(), 10u);
}

TEST_P(Formats, NameTheRightClass) {
  const auto hint = [&](const std::string& wanted) {
    ReadOptions options;
    options.wanted_class = wanted;
    try {
      read(options);
    } catch (const Error& e) {
      EXPECT_EQ(e.problem, "has no object of class \"" + wanted + "\"");
      return e.hint;
    }
    return std::string("no error");
  };
  EXPECT_EQ(hint("dorne"), "did you mean \"drone\"?");
  EXPECT_EQ(hint("hang_glider"), "did you mean \"hang glider\"?");
  EXPECT_EQ(hint("submarine 3000"), "its classes: boat, drone, hang glider");
}

// Two pictures of the first class, each with one box, in COCO's layout.
struct Coco : Readers {
  Json json = {{"images", {{{"id", 1}, {"file_name", "a.jpg"}}, {{"id", 2}, {"file_name", "b.jpg"}}}},
               {"annotations",
                {{{"id", 5}, {"image_id", 1}, {"category_id", 3}, {"bbox", {10, 5, 20, 20}}},
                 {{"id", 6}, {"image_id", 2}, {"category_id", 3}, {"bbox", {10.5, 5, 20, 20}}}}},
               {"categories", {{{"id", 3}, {"name", "car"}}}}};
  Coco() { picture(root / "images/a.jpg", 1), picture(root / "images/b.jpg", 2); }
  std::string bad(const std::string& where) {
    write(root / "labels.json", json.dump());
    return problem([&] { read(); }, where);
  }
};

TEST_F(Coco, OneFileIsSplitHere) {
  write(root / "labels.json", json.dump());
  const Dataset d = read();
  EXPECT_EQ(d.reader, "coco");
  EXPECT_EQ(d.train.size() + d.test.size(), 2u);
}

TEST_F(Coco, CrowdsAreNoObjectsAndIdsMayBeText) {
  json["annotations"].push_back({{"id", 7}, {"image_id", 1}, {"category_id", 3}, {"bbox", {0, 0, 99, 49}}, {"iscrowd", 1}});
  json["annotations"][1]["image_id"] = json["images"][1]["id"] = "two";
  write(root / "labels.json", json.dump());
  const Dataset d = read();
  for (const Item& item : {d.train[0], d.test[0]}) EXPECT_NEAR(item.box.x1 - item.box.x0, 0.2, 1e-12);
}

TEST_F(Coco, BadInputSaysWhere) {
  const Json good = json;
  const auto with = [&](const std::function<void(Json&)>& change, const std::string& where, const std::string& message) {
    json = good;
    change(json);
    EXPECT_NE(bad(where).find(message), std::string::npos) << json.dump();
  };
  with([](Json& j) { j["annotations"].erase(0); }, "labels.json (a.jpg)", "no object");
  with([](Json& j) { j["annotations"][0].erase("bbox"); }, "labels.json (a.jpg), annotation 5", "'bbox' is missing");
  with([](Json& j) { j["annotations"][0]["bbox"] = {1, 2, 3}; }, "annotation 5", "'bbox'");
  with([](Json& j) { j["annotations"][0]["bbox"][2] = "9"; }, "annotation 5", "\"9\"");
  with([](Json& j) { j["annotations"][0]["bbox"] = {90, 5, 20, 20}; }, "labels.json (a.jpg)", "outside");
  with([](Json& j) { j["annotations"][0]["bbox"] = {10, 5, 0, 20}; }, "labels.json (a.jpg)", "empty");
  with([](Json& j) { j["annotations"][0]["category_id"] = 4; }, "annotation 5", "category 4");
  with([](Json& j) { j.erase("categories"); }, "annotation", "category 3");
  with([](Json& j) { j["annotations"][0].erase("image_id"); }, "labels.json (annotations)", "'image_id' is missing");
  with([](Json& j) { j["images"][0].erase("file_name"); }, "labels.json (images)", "'file_name' is missing");
  with([](Json& j) { j["images"][0].erase("id"); }, "labels.json (a.jpg)", "'id' is missing");
  with([](Json& j) { j["images"][0]["file_name"] = "c.jpg"; }, "images/c.jpg", "cannot read the picture");
  with([](Json& j) { j["images"][1]["file_name"] = "a.jpg"; }, "labels.json (a.jpg)", "as ");
  with([](Json& j) { j["images"][0]["width"] = 640, j["images"][0]["height"] = 360; }, "(a.jpg)", "640x360");
  with([](Json& j) { j["images"] = Json::array(); }, "set", "empty data set");
  with([](Json& j) { j["images"] = 5; }, "labels.json", "'images'");
  with([](Json& j) { j["images"].erase(1); }, "a.jpg", "only picture");
  write(root / "labels.json", good.dump().substr(0, good.dump().size() - 1));
  EXPECT_NE(problem([&] { read(); }, "labels.json").find("not valid JSON"), std::string::npos);
  ReadOptions options;
  options.column = "split";
  EXPECT_NE(problem([&] { read_dataset(root, options); }, "set").find("layout coco has none"), std::string::npos);
}

// Two pictures and their table.
struct Csv : Readers {
  Csv() { picture(root / "a, b.jpg", 1), picture(root / "c.jpg", 2); }
  std::string bad(const std::string& where, const std::string& text) {
    write(root / "labels.csv", text);
    return problem([&] { read(); }, where);
  }
};

TEST_F(Csv, NamesOfColumns) {
  const std::pair<const char*, const char*> headers[] = {{"file,xmin,ymin,xmax,ymax", "10,5,30,25"},
                                                         {"Image Path,X1,Y1,X2,Y2", "10,5,30,25"},
                                                         {"filename,left,top,right,bottom", "10,5,30,25"},
                                                         {"image,x_min,y_min,x_max,y_max", "10,5,30,25"},
                                                         {"path,x,y,w,h", "10,5,20,20"},
                                                         {"picture,left,top,width,height", "10,5,20,20"}};
  for (const auto& [header, box] : headers) {
    write(root / "labels.csv", fmt::format("\xef\xbb\xbf{}\r\n\"a, b.jpg\",{}\r\n\r\nc.jpg,{}\r\n", header, box, box));
    const Dataset d = read();
    EXPECT_EQ(d.reader, "csv");
    for (const Item& item : {d.train[0], d.test[0]}) EXPECT_EQ(item.box, (net::Box{0.1, 0.1, 0.3, 0.5})) << header;
  }
  write(root / "labels.csv", "width,height,file,xmin,ymin,xmax,ymax\n100,50,c.jpg,1,2,3,4\n100,50,\"a, b.jpg\",1,2,3,4\n");
  EXPECT_EQ(read().test[0].box, (net::Box{0.01, 0.04, 0.03, 0.08})) << "width and height of the picture stand beside corners";
}

TEST_F(Csv, SplitAndSequenceColumns) {
  std::string text = "file,scene,split,fold,note,x,y,w,h\n";
  for (int i = 0; i < 12; ++i) {
    picture(root / fmt::format("flat/{}.png", i), i);
    text += fmt::format("flat/{}.png,s{},{},{},\"say \"\"hi\"\",\nor not\",1,2,30,40\n", i, i / 3,
                        i < 8    ? "train"
                        : i < 11 ? "test"
                                 : "spare",
                        i < 2 ? "test" : "training");
  }
  write(root / "labels.csv", text);
  const Dataset d = read();
  EXPECT_EQ(d.test.size(), 3u);
  EXPECT_EQ(d.test[2].sequence, "s3");
  ASSERT_EQ(d.notes.size(), 1u);
  EXPECT_EQ(d.notes[0], "left out 1 pictures with \"spare\" in column split of labels.csv");
  ReadOptions options;
  options.column = "Fold";
  EXPECT_EQ(read(options).test.size(), 2u);
  options.column = "fodl";
  try {
    read(options);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.hint, "did you mean \"fold\"?");
  }
  options = {}, options.split = "sequence";
  std::set<std::string> test, train;
  const Dataset by_scene = read(options);
  for (const Item& item : by_scene.test) test.insert(item.sequence);
  for (const Item& item : by_scene.train) train.insert(item.sequence);
  EXPECT_EQ(test.size(), 1u) << "one scene of four";
  EXPECT_EQ(train.size(), 2u) << "and one for validation";
}

TEST_F(Csv, FoldersOfPicturesGiveSplitAndSequence) {
  std::string text = "file,x,y,w,h\n";
  for (const std::string name : {"train/car1/0", "train/car1/1", "train/boat/0", "test/car2/0", "test/1", "spare/car3/0"}) {
    picture(root / (name + ".png"), static_cast<int>(text.size()));
    text += name + ".png,1,2,30,40\n";
  }
  write(root / "labels.csv", text);
  const Dataset d = read();
  EXPECT_EQ(d.split.substr(0, 5), "given") << d.split;
  ASSERT_EQ(d.test.size(), 2u);
  EXPECT_EQ(d.test[0].sequence, "test/1") << "a picture without a scene is its own";
  EXPECT_EQ(d.test[1].sequence, "car2");
  EXPECT_EQ(d.train.size() + d.validation.size(), 3u);
  ASSERT_EQ(d.notes.size(), 1u);
  EXPECT_EQ(d.notes[0], "left out 1 pictures whose label file and folder name no part");
}

TEST_F(Csv, CellsInQuotes) {
  write(root / "t.csv", "\xef\xbb\xbf a ,\"b, \"\"c\"\"\"\r\n\r\n\"two\nlines\",\r\nlast,\"\"");
  const Table table = read_table(root / "t.csv");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"a", "b, \"c\""}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].cells, (std::vector<std::string>{"two\nlines", ""}));
  EXPECT_TRUE(table.rows[0].where.ends_with("t.csv:3")) << table.rows[0].where;
  EXPECT_EQ(table.rows[1].cells, (std::vector<std::string>{"last", ""}));
  EXPECT_TRUE(table.rows[1].where.ends_with("t.csv:5")) << table.rows[1].where;
}

TEST_F(Csv, BadInputSaysWhere) {
  const std::string header = "file,class,xmin,ymin,xmax,ymax\n", good = "c.jpg,car,10,5,30,25\n";
  const std::tuple<std::string, const char*, const char*> cases[] = {
      {"name,a,b\nc.jpg,1,2\n", "labels.csv:1", "\"name,a,b\""},
      {"file,xmin,ymin,xmax,height\nc.jpg,1,2,3,4\n", "labels.csv:1", "not understood"},
      {"", "labels.csv:1", "not understood"},
      {header, "set", "empty data set"},
      {header + good, "c.jpg", "only picture"},
      {header + good + "\"a, b.jpg\",car,10,5,30\n", "labels.csv:3", "5 cells"},
      {header + good + "a, b.jpg,car,10,5,30,25\n", "labels.csv:3", "7 cells"},
      {header + good + "\"a, b.jpg,car,10,5,30,25\n", "labels.csv:3", "quote"},
      {header + good + "\"a, b.jpg\",car,10,5,30,wide\n", "labels.csv:3", "ymax is \"wide\""},
      {header + good + "\"a, b.jpg\",car,10,5,30,\n", "labels.csv:3", "ymax is \"\""},
      {header + good + "\"a, b.jpg\",car,,,,\n", "labels.csv:3 (a, b.jpg)", "no object"},
      {header + good + "\"a, b.jpg\",car,0.1,0.1,0.3,0.5\n", "labels.csv:3", "first pixel"},
      {header + good + "\"a, b.jpg\",car,10,5,300,25\n", "labels.csv:3 (a, b.jpg)", "outside"},
      {header + good + ",car,10,5,30,25\n", "labels.csv:3", "names no picture"},
      {header + good + "d.jpg,car,10,5,30,25\n", "set/d.jpg", "cannot read the picture"},
  };
  for (const auto& [text, where, message] : cases) EXPECT_NE(bad(where, text).find(message), std::string::npos) << text;
  write(root / "labels.csv", "file,xmin,ymin,xmax,ymax\nc.jpg,10,5,30,25\n\"a, b.jpg\",10,5,30,25\n");
  EXPECT_EQ(read().train.size(), 1u);
  ReadOptions options;
  options.wanted_class = "car";
  EXPECT_NE(problem([&] { read_dataset(root, options); }, "labels.csv:").find("without a class"), std::string::npos);
}

}  // namespace
}  // namespace duet::data
