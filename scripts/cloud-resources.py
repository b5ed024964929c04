"""Makes what the platform needs at AWS, or at a stand-in for it: a queue of upload events with dead letters and, when a bucket is
named, the bucket with its notifications. Prints the queue's URL. Credentials and region come from the environment.

usage: cloud-resources.py SQS_ENDPOINT QUEUE [S3_ENDPOINT BUCKET]
"""

import json
import sys

import boto3


def make_queue(endpoint, name):
    sqs = boto3.client("sqs", endpoint_url=endpoint)

    def arn(url):
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    dead = sqs.create_queue(QueueName=name + "-dead")["QueueUrl"]
    policy = {"deadLetterTargetArn": arn(dead), "maxReceiveCount": "5"}
    url = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": json.dumps(policy)})["QueueUrl"]
    return url, arn(url)


def make_bucket(endpoint, name, queue):
    s3 = boto3.client("s3", endpoint_url=endpoint)
    s3.create_bucket(Bucket=name)
    rules = [{"Name": "prefix", "Value": "raw-track/"}, {"Name": "suffix", "Value": ".mp3"}]
    s3.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "Id": "uploads",
                    "QueueArn": queue,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": rules}},
                }
            ]
        },
    )


def main(arguments):
    if len(arguments) not in (2, 4):
        sys.exit(__doc__)
    url, arn = make_queue(arguments[0], arguments[1])
    if len(arguments) == 4:
        make_bucket(arguments[2], arguments[3], arn)
    print(url)


main(sys.argv[1:])
