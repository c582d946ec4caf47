from setuptools import setup

setup(name="greet", version="0.3", packages=["greet"])
