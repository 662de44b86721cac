// COCO's JSON: {"images": [{"id", "file_name"}], "annotations": [{"image_id", "category_id", "bbox": [x, y, width, height]}],
// "categories": [{"id", "name"}]}, boxes in pixels counted from 0. Several files: one a part.
#include <map>
#include <memory>

#include "base/error.h"
#include "base/fields.h"
#include "base/json.h"
#include "data/label_files.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

// A file and its cross references. Ids are numbers or texts: what they look like in JSON tells them apart.
struct Coco {
  Json json;
  std::map<std::string, std::string> categories;
  std::map<std::string, std::vector<const Json*>> annotations;  // of a picture
};

bool is_coco(const LabelFile& file) {
  const std::string text = read_text(file.path);
  return text.find("\"annotations\"") != std::string::npos && text.find("\"images\"") != std::string::npos;
}

// COCO's own folder holds captions and key points of the same pictures too: where there are instances, they are the boxes.
std::vector<LabelFile> find_files(const fs::path& root) {
  auto files = find_label_files(root, ".json");
  std::erase_if(files, [](const LabelFile& file) { return !is_coco(file); });
  const auto other = [](const LabelFile& file) { return !file.path.filename().string().starts_with("instances"); };
  if (!std::all_of(files.begin(), files.end(), other)) std::erase_if(files, other);
  return files;
}

bool recognises(const fs::path& root) { return !find_files(root).empty(); }

// Without the outlines, which are nine tenths of COCO's own files.
Json parse(const fs::path& path) {
  const auto wanted = [](int, Json::parse_event_t event, const Json& value) {
    return event != Json::parse_event_t::key || value.get_ref<const std::string&>() != "segmentation";
  };
  try {
    return Json::parse(read_text(path), wanted);
  } catch (const Json::parse_error& error) {
    throw Error(std::string("not valid JSON: ") + error.what(), path.string(), "repair the file or write it again");
  }
}

std::shared_ptr<const Coco> read_coco(const fs::path& path) {
  const std::string where = path.string();
  auto coco = std::make_shared<Coco>();
  coco->json = parse(path);
  if (coco->json.contains("categories"))
    for (const Json& category : base::array_field(coco->json, "categories", -1, where))
      coco->categories[base::field(category, "id", where + " (categories)").dump()] =
          base::text_field(category, "name", where + " (categories)");
  for (const Json& annotation : base::array_field(coco->json, "annotations", -1, where))
    coco->annotations[base::field(annotation, "image_id", where + " (annotations)").dump()].push_back(&annotation);
  return coco;
}

std::string class_of(const Json& annotation, const Coco& coco, const std::string& where) {
  if (!annotation.contains("category_id")) return "";
  const std::string id = annotation["category_id"].dump();
  const auto found = coco.categories.find(id);
  if (found == coco.categories.end())
    throw Error("names category " + id + ", which \"categories\" does not list", where, "add it there, or remove the annotation");
  return found->second;
}

Object read_object(const Json& annotation, const Coco& coco, std::string where) {
  if (annotation.contains("id")) where += ", annotation " + annotation["id"].dump();
  double box[4];
  for (size_t i = 0; const Json& value : base::array_field(annotation, "bbox", 4, where)) {
    if (!value.is_number())
      throw Error("\"bbox\" has " + value.dump() + " in it", where, "write [x, y, width, height] in pixels");
    box[i++] = value.get<double>();
  }
  return {box[0], box[1], box[0] + box[2], box[1] + box[3], class_of(annotation, coco, where)};
}

// A crowd is a region in which nobody was told apart, so no object.
bool is_crowd(const Json& annotation) { return annotation.contains("iscrowd") && annotation["iscrowd"] == 1; }

std::vector<Object> read_objects(const Json& image, const Coco& coco, const Size& picture, const std::string& where) {
  if (image.contains("width") && image.contains("height"))
    check_size(image["width"].is_number() ? image["width"].get<int>() : 0,
               image["height"].is_number() ? image["height"].get<int>() : 0, picture, where);
  std::vector<Object> objects;
  const auto found = coco.annotations.find(base::field(image, "id", where).dump());
  if (found == coco.annotations.end()) return objects;
  for (const Json* annotation : found->second)
    if (!is_crowd(*annotation)) objects.push_back(read_object(*annotation, coco, where));
  return objects;
}

Listing list(const fs::path& root, const std::string&) {
  Listing listing;
  for (const LabelFile& file : find_files(root)) {
    const auto coco = read_coco(file.path);
    for (const Json& image : base::array_field(coco->json, "images", -1, file.path.string())) {
      Entry entry = labelled_picture(file, base::text_field(image, "file_name", file.path.string() + " (images)"));
      entry.objects = [coco, &image, where = entry.where](const Size& size) { return read_objects(image, *coco, size, where); };
      listing.entries.push_back(std::move(entry));
    }
  }
  listing.given_by = given_by_names(listing.entries);
  return listing;
}

}  // namespace

const Reader kCocoReader{"coco", "a JSON file with \"images\", \"annotations\" and \"categories\"", false, recognises, list};

}  // namespace duet::data
