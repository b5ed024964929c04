"""Uses the embedded object store as AWS's own clients do, and says what was not as S3 would have it.

usage: s3_client.py ENDPOINT BUCKET AWS_PROGRAM
"""

import io
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, BUCKET, AWS = sys.argv[1:4]
MIB = 1 << 20


def client(**options):
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client("s3", endpoint_url=ENDPOINT, config=config, **options)


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: expected {wanted!r}, got {found!r}")


def refused(what, code, call):
    try:
        call()
    except ClientError as error:
        return expect(what, error.response["Error"]["Code"], code)
    sys.exit(f"{what}: expected {code}, it succeeded")


def objects(s3):
    key = "dir/ä b+c&d.txt"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"hello world", ContentType="text/plain")
    found = s3.get_object(Bucket=BUCKET, Key=key)
    expect("body", found["Body"].read(), b"hello world")
    expect("type", found["ContentType"], "text/plain")
    expect("etag", found["ETag"], '"5eb63bbbe01eeed093cb22bb8f5acdc3"')
    part = s3.get_object(Bucket=BUCKET, Key=key, Range="bytes=6-")
    expect("range", (part["Body"].read(), part["ContentRange"]), (b"world", "bytes 6-10/11"))
    expect("head", s3.head_object(Bucket=BUCKET, Key=key)["ContentLength"], 11)
    refused("beyond", "InvalidRange", lambda: s3.get_object(Bucket=BUCKET, Key=key, Range="bytes=99-"))
    refused("absent", "NoSuchKey", lambda: s3.get_object(Bucket=BUCKET, Key="none"))
    refused("absent head", "404", lambda: s3.head_object(Bucket=BUCKET, Key="none"))
    refused("bucket", "NoSuchBucket", lambda: s3.get_object(Bucket="another", Key=key))
    again = {"Bucket": BUCKET, "Key": key, "Body": b"x", "IfNoneMatch": "*"}
    refused("conditional", "PreconditionFailed", lambda: s3.put_object(**again))
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"replaced")
    expect("replaced", s3.get_object(Bucket=BUCKET, Key=key)["Body"].read(), b"replaced")
    s3.put_object(Bucket=BUCKET, Key="dir/empty", Body=b"")
    refused("copy", "NotImplemented", lambda: s3.copy_object(Bucket=BUCKET, Key="c", CopySource=f"{BUCKET}/{key}"))
    s3.delete_object(Bucket=BUCKET, Key=key)
    s3.delete_object(Bucket=BUCKET, Key=key)
    refused("deleted", "404", lambda: s3.head_object(Bucket=BUCKET, Key=key))


def metadata(s3):
    kept = {"mtime": "1795800000.25", "Note": "two words"}
    wanted = {name.lower(): value for name, value in kept.items()}
    s3.put_object(Bucket=BUCKET, Key="meta", Body=b"x", Metadata=kept)
    expect("metadata", s3.get_object(Bucket=BUCKET, Key="meta")["Metadata"], wanted)
    s3.put_object(Bucket=BUCKET, Key="meta", Body=b"x")
    expect("replaced metadata", s3.head_object(Bucket=BUCKET, Key="meta")["Metadata"], {})
    s3.upload_fileobj(io.BytesIO(bytes(9 * MIB)), BUCKET, "meta", ExtraArgs={"Metadata": kept})
    expect("metadata in parts", s3.head_object(Bucket=BUCKET, Key="meta")["Metadata"], wanted)
    refused("too much", "MetadataTooLarge", lambda: s3.put_object(Bucket=BUCKET, Key="m", Metadata={"a": "x" * 2048}))
    s3.delete_object(Bucket=BUCKET, Key="meta")


def conditions(s3):
    key = "conditions/a"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"a")
    at = s3.head_object(Bucket=BUCKET, Key=key)["LastModified"]
    refused("held", "304", lambda: s3.get_object(Bucket=BUCKET, Key=key, IfModifiedSince=at))
    refused("changed", "PreconditionFailed", lambda: s3.get_object(Bucket=BUCKET, Key=key, IfUnmodifiedSince="2001-01-01"))
    expect("unchanged", s3.get_object(Bucket=BUCKET, Key=key, IfUnmodifiedSince=at)["Body"].read(), b"a")
    # boto3 asks before it sends a body, and uses the connection again: a refusal must not leave the body owing.
    for name in ["conditions/..", "conditions//b", "conditions/#"]:
        refused(name, "InvalidArgument", lambda: s3.put_object(Bucket=BUCKET, Key=name, Body=b"12345"))
    expect("after refusals", s3.get_object(Bucket=BUCKET, Key=key)["Body"].read(), b"a")
    began = time.monotonic()
    for _ in range(3):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"a")
    expect("sent without a second's wait each", time.monotonic() - began < 3, True)
    s3.delete_object(Bucket=BUCKET, Key=key)


def marks(s3):
    # An accent makes one character of itself and the letter before it, which is the whole prefix here.
    names = ["e/x", "e\u0301/x", "e\u0301/y"]
    for name in names:
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"x")
    page = s3.list_objects_v2(Bucket=BUCKET, Prefix="e", Delimiter="/")
    expect("accents", [item["Prefix"] for item in page["CommonPrefixes"]], ["e/", "e\u0301/"])
    expect("nothing asked", s3.list_objects_v2(Bucket=BUCKET, Prefix="e", MaxKeys=0)["IsTruncated"], False)
    for name in names:
        s3.delete_object(Bucket=BUCKET, Key=name)


def listings(s3):
    names = [f"list/{folder}/{number:02}.txt" for folder in "abc" for number in range(7)] + ["list/z ü.txt"]
    for name in names:
        s3.put_object(Bucket=BUCKET, Key=name, Body=name.encode())
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": 4})
    expect("pages", [item["Key"] for page in pages for item in page["Contents"]], sorted(names))
    folders = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/")
    expect("folders", [item["Prefix"] for item in folders["CommonPrefixes"]], ["list/a/", "list/b/", "list/c/"])
    expect("files", [item["Key"] for item in folders["Contents"]], ["list/z ü.txt"])
    paged, token = [], {}
    while True:
        page = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/", MaxKeys=1, **token)
        paged += [item["Prefix"] for item in page.get("CommonPrefixes", [])] + [i["Key"] for i in page.get("Contents", [])]
        if not page["IsTruncated"]:
            break
        token = {"ContinuationToken": page["NextContinuationToken"]}
    expect("paged folders", paged, ["list/a/", "list/b/", "list/c/", "list/z ü.txt"])
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": name} for name in names]})
    expect("deleted", len(answer["Deleted"]), len(names))
    expect("empty", s3.list_objects_v2(Bucket=BUCKET, Prefix="list/")["KeyCount"], 0)


def multipart(s3):
    large = os.urandom(12 * MIB)
    s3.upload_fileobj(io.BytesIO(large), BUCKET, "large")
    expect("large", s3.get_object(Bucket=BUCKET, Key="large")["Body"].read() == large, True)
    expect("large etag", s3.head_object(Bucket=BUCKET, Key="large")["ETag"].endswith('-2"'), True)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
    place = {"Bucket": BUCKET, "Key": "parts", "UploadId": upload}
    tags = [s3.upload_part(PartNumber=n, Body=b"x" * 1000, **place)["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n + 1, "ETag": tag} for n, tag in enumerate(tags)]

    def complete(chosen):
        return lambda: s3.complete_multipart_upload(MultipartUpload={"Parts": chosen}, **place)

    pages = [s3.list_parts(MaxParts=1, **place)]
    pages.append(s3.list_parts(PartNumberMarker=pages[0]["NextPartNumberMarker"], **place))
    expect("listed parts", [part["PartNumber"] for page in pages for part in page["Parts"]], [1, 2])
    expect("part facts", (pages[1]["Parts"][0]["Size"], pages[1]["Parts"][0]["ETag"]), (1000, tags[1]))
    expect("last page", [page["IsTruncated"] for page in pages], [True, False])
    begun = s3.list_multipart_uploads(Bucket=BUCKET, Prefix="par")["Uploads"]
    expect("uploads", [(item["Key"], item["UploadId"]) for item in begun], [("parts", upload)])
    expect("other uploads", "Uploads" in s3.list_multipart_uploads(Bucket=BUCKET, Prefix="z"), False)
    refused("small part", "EntityTooSmall", complete(parts))
    refused("order", "InvalidPartOrder", complete(parts[::-1]))
    refused("part", "InvalidPart", complete([{"PartNumber": 7, "ETag": tags[0]}]))
    refused("invisible", "404", lambda: s3.head_object(Bucket=BUCKET, Key="parts"))
    s3.abort_multipart_upload(**place)
    refused("aborted", "NoSuchUpload", lambda: s3.upload_part(PartNumber=1, Body=b"x", **place))


def presigned(s3):
    put = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "signed"}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(put, data=b"by url", method="PUT", headers={"Content-Type": ""}))
    get = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "signed"}, ExpiresIn=60)
    expect("presigned", urllib.request.urlopen(get).read(), b"by url")
    place = {"Bucket": BUCKET, "Key": "signed"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    part = s3.generate_presigned_url("upload_part", {"PartNumber": 1, **place}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(part, data=b"a part", method="PUT", headers={"Content-Type": ""}))
    expect("presigned part", [part["Size"] for part in s3.list_parts(**place)["Parts"]], [6])
    expect("not the whole", urllib.request.urlopen(get).read(), b"by url")
    s3.abort_multipart_upload(**place)


def strangers():
    stranger = client(aws_access_key_id="mizzo", aws_secret_access_key="guess")
    refused("wrong secret", "SignatureDoesNotMatch", lambda: stranger.list_objects_v2(Bucket=BUCKET))
    unknown = client(aws_access_key_id="nobody", aws_secret_access_key="guess")
    refused("unknown key", "InvalidAccessKeyId", lambda: unknown.list_objects_v2(Bucket=BUCKET))


def command_line():
    def aws(*arguments):
        done = subprocess.run([AWS, "--endpoint-url", ENDPOINT, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"aws {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    with tempfile.TemporaryDirectory() as folder:
        for name, size in (("small.bin", 1000), ("large.bin", 9 * MIB)):
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(os.urandom(size))
            aws("s3", "cp", path, f"s3://{BUCKET}/cli/{name}")
            aws("s3", "cp", f"s3://{BUCKET}/cli/{name}", path + ".back")
            with open(path, "rb") as sent, open(path + ".back", "rb") as back:
                expect(name, sent.read() == back.read(), True)
    expect("ls", "large.bin" in aws("s3", "ls", f"s3://{BUCKET}/cli/"), True)
    expect("buckets", BUCKET in aws("s3", "ls"), True)
    aws("s3", "rm", "--recursive", f"s3://{BUCKET}/cli/")
    place = ("--bucket", BUCKET, "--prefix", "cli/")
    left = aws("s3api", "list-objects-v2", *place, "--no-paginate", "--query", "KeyCount")
    expect("removed", left.strip(), "0")


def wait_until_up():
    for _ in range(200):
        try:
            return urllib.request.urlopen(ENDPOINT)
        except urllib.error.HTTPError:
            return None
        except OSError:
            time.sleep(0.05)
    sys.exit("the server does not listen")


wait_until_up()
S3 = client()
for step in (objects, metadata, conditions, listings, marks, multipart, presigned):
    step(S3)
strangers()
command_line()
print("all as S3 would have it")
